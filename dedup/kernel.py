"""The compiled part: from the UTF-8 of many texts to words, hashes of shingles and signatures, without a Python loop.

A text is scanned once into its words, small and one space apart, so that a shingle is a slice of them. The slices are
hashed with SHA-1 (FIPS 180-4), `LANES` at a time: each step of the hash is a loop over lanes, which LLVM turns into the
processor's vector instructions, as it does with the permutations.

Rules for editing: everything compiled stays in this one file, since Numba's cache on disk looks only at the file of the
function that is called. Indices are unsigned where it counts, as Numba pays for negative ones; never mix them with
plain ints, which gives floats. Loops over lanes have constant lengths and strides and no branches. Import this module
where texts are signed and nowhere else: Numba takes a second to load, and its first call on a machine ten to compile.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dedup.letters import ELSEWHERE, Letters
from dedup.room import LANES, Batch, Bytes, Ints, Room, Words

_Function = TypeVar("_Function", bound=Callable[..., Any])

_U = np.uint64
_W = np.uint32
_0, _1 = _U(0), _U(1)
_SPACE = np.uint8(32)
_ELSEWHERE = _W(ELSEWHERE)


def _inner(function: _Function) -> _Function:
    return cast("_Function", njit(nogil=True, error_model="numpy")(function))


def _entry(function: _Function) -> _Function:
    try:
        return cast("_Function", njit(nogil=True, error_model="numpy", cache=True)(function))
    except RuntimeError:  # no folder for the cache can be written: each process compiles for itself
        return _inner(function)


@_inner
def _write(words: Bytes, at: _U, code: _W, size: _U) -> None:
    """Write a code point in UTF-8 of 2 to 4 bytes."""
    place = size - _1
    while place > _0:
        words[at + place] = np.uint8(_W(0x80) | (code & _W(0x3F)))
        code = _W(code >> _W(6))
        place -= _1
    words[at] = np.uint8(code | _W(_U(0xF00) >> size))


@_inner
def _scan(text: Bytes, letters: Letters, words: Bytes) -> int:
    """Write a text's words, small and one space apart; returns how many bytes they are, -1 if not all is known."""
    small_of, size, at, end, inside = letters.small, _U(len(text)), _0, _0, _0
    while at < size:
        code = _U(text[at])
        if code < _U(0x80):
            small = small_of[code]
            letter = _U(small != _W(0))
            words[end] = np.uint8(small) if letter else _SPACE
            end += letter | inside
            inside = letter
            at += _1
            continue
        length = _U(2) + _U(code >= _U(0xE0)) + _U(code >= _U(0xF0))
        code &= _U(0x7F) >> length
        stop = at + length
        at += _1
        while at < stop:
            code = (code << _U(6)) | (_U(text[at]) & _U(0x3F))
            at += _1
        page = letters.page[code >> _U(12)]
        small = small_of[_U(page) + (code & _U(0xFFF))] if page >= 0 else _ELSEWHERE
        if small == _ELSEWHERE:
            return -1
        if small == _W(0):
            words[end] = _SPACE
            end += inside
            inside = _0
            continue
        _write(words, end, small, length)
        end += length
        inside = _1
    return int(np.int64(end) - np.int64(end > _0 and not inside))


@_entry
def scan_texts(batch: Batch, letters: Letters, words: Bytes, sizes: Ints) -> None:
    """Write the words of text i, at most a byte more than the text, to `words[bounds[i] + i :]`, and their size."""
    for number in range(len(sizes)):
        text = batch.text[batch.bounds[number] : batch.bounds[number + 1]]
        sizes[number] = _scan(text, letters, words[batch.bounds[number] + number :])


@_inner
def _split(text: Bytes, room: Room) -> int:
    """Of words that are one space apart write where each begins, and one place more; returns how many they are.

    Their bytes go to `big`, in fours.
    """
    count, inside, four = _0, _0, _W(0)
    for at in range(len(text)):
        letter = _U(text[at] != _SPACE)
        four = _W(_W(four << _W(8)) | text[at])
        room.big[at] = four
        room.starts[count] = at
        count += letter & (inside ^ _1)
        inside = letter
    for at in range(len(text), len(text) + 3):
        four = _W(four << _W(8))
        room.big[at] = four
    room.starts[count] = len(text) + 1 if count else 0
    return int(np.int64(count))


@_inner
def _turn(value: _W, bits: int) -> _W:
    return _W(_W(value << _W(bits)) | _W(value >> _W(32 - bits)))


@_inner
def _choose(b: _W, c: _W, d: _W) -> _W:
    return _W(d ^ (b & (c ^ d)))


@_inner
def _parity(b: _W, c: _W, d: _W) -> _W:
    return _W(b ^ c ^ d)


@_inner
def _majority(b: _W, c: _W, d: _W) -> _W:
    return _W((b & c) | (d & (b | c)))


def _twenty_rounds(mix: Callable[[_W, _W, _W], _W], constant: int, begin: int) -> Callable[[Words, Words], None]:
    """Twenty of SHA-1's rounds, five a turn, after which the five names stand for themselves again."""
    key = _W(constant)

    @_inner
    def rounds(schedule: Words, state: Words) -> None:
        for lane in range(LANES):
            a, b, c = state[lane], state[LANES + lane], state[2 * LANES + lane]
            d, e = state[3 * LANES + lane], state[4 * LANES + lane]
            for five in range(4):
                at = (begin + 5 * five) * LANES + lane
                e, b = _W(e + _turn(a, 5) + mix(b, c, d) + key + schedule[at]), _turn(b, 30)
                d, a = _W(d + _turn(e, 5) + mix(a, b, c) + key + schedule[at + LANES]), _turn(a, 30)
                c, e = _W(c + _turn(d, 5) + mix(e, a, b) + key + schedule[at + 2 * LANES]), _turn(e, 30)
                b, d = _W(b + _turn(c, 5) + mix(d, e, a) + key + schedule[at + 3 * LANES]), _turn(d, 30)
                a, c = _W(a + _turn(b, 5) + mix(c, d, e) + key + schedule[at + 4 * LANES]), _turn(c, 30)
            state[lane], state[LANES + lane], state[2 * LANES + lane] = a, b, c
            state[3 * LANES + lane], state[4 * LANES + lane] = d, e

    return rounds


_rounds_1 = _twenty_rounds(_choose, 0x5A827999, 0)
_rounds_2 = _twenty_rounds(_parity, 0x6ED9EBA1, 20)
_rounds_3 = _twenty_rounds(_majority, 0x8F1BBCDC, 40)
_rounds_4 = _twenty_rounds(_parity, 0xCA62C1D6, 60)


@_inner
def _compress(room: Room) -> None:
    """One block of every lane: `schedule` holds its 16 words."""
    schedule, state, hashed = room.schedule, room.state, room.hash
    for word in range(16, 80):
        for lane in range(LANES):
            at = word * LANES + lane
            mixed = schedule[at - 3 * LANES] ^ schedule[at - 8 * LANES]
            schedule[at] = _turn(_W(mixed ^ schedule[at - 14 * LANES] ^ schedule[at - 16 * LANES]), 1)
    for at in range(5 * LANES):
        state[at] = hashed[at]
    _rounds_1(schedule, state)
    _rounds_2(schedule, state)
    _rounds_3(schedule, state)
    _rounds_4(schedule, state)
    for at in range(5 * LANES):
        hashed[at] = _W(hashed[at] + state[at])


@_inner
def _pack(room: Room, block: int) -> None:
    """Write each lane's block of that number into the schedule, closed after the message's end."""
    schedule, big, keep, add = room.schedule, room.big, room.keep, room.add
    for lane in range(LANES):
        left = room.length[lane] - 64 * block
        row = (min(max(left, -1), 64) + 1) * 16
        at = room.place[lane] + 64 * block + 3 if left > 0 else 0
        for word in range(16):
            schedule[word * LANES + lane] = (big[at + 4 * word] & keep[row + word]) | add[row + word]
        if left < 56:
            schedule[14 * LANES + lane] = room.length[lane] >> 29
            schedule[15 * LANES + lane] = _W(room.length[lane] << 3)


@_inner
def _swapped(value: _W) -> _W:
    """The four bytes in the other order."""
    return _W((_turn(value, 8) & _W(0x00FF00FF)) | (_turn(value, 24) & _W(0xFF00FF00)))


@_inner
def _hash_lanes(room: Room, begin: int, end: int, shingle: int) -> None:
    """Hash the shingles `order[begin:end]`, at most LANES; a lane's hash is taken after its own last block."""
    blocks = 0
    for lane in range(LANES):
        number = room.order[min(begin + lane, end - 1)]
        room.place[lane] = room.starts[number]
        room.length[lane] = room.starts[number + shingle] - 1 - room.starts[number]
        blocks = max(blocks, (room.length[lane] + 8) // 64 + 1)
    for lane in range(LANES):
        room.hash[lane], room.hash[LANES + lane] = _W(0x67452301), _W(0xEFCDAB89)
        room.hash[2 * LANES + lane], room.hash[3 * LANES + lane] = _W(0x98BADCFE), _W(0x10325476)
        room.hash[4 * LANES + lane] = _W(0xC3D2E1F0)
    for block in range(blocks):
        _pack(room, block)
        _compress(room)
        for lane in range(LANES):
            if (room.length[lane] + 8) // 64 == block:
                room.first[begin + lane] = _swapped(room.hash[lane])
                room.second[begin + lane] = _swapped(room.hash[LANES + lane])


@_inner
def _hash(room: Room, count: int, shingle: int) -> int:
    """Hash all shingles of a text of so many words, those of one block first; returns how many there are."""
    if count == 0:
        return 0
    shingle = min(shingle, count)
    shingles, short, long = count - shingle + 1, 0, 0
    for number in range(shingles):
        one_block = room.starts[number + shingle] - 1 - room.starts[number] < 56
        room.order[short if one_block else shingles - 1 - long] = number
        short += one_block
        long += not one_block
    for begin in range(0, short, LANES):
        _hash_lanes(room, begin, min(begin + LANES, short), shingle)
    for begin in range(short, shingles, LANES):
        _hash_lanes(room, begin, min(begin + LANES, shingles), shingle)
    return shingles


@_inner
def _mixed(value: _W) -> _W:
    """MurmurHash3's finalizer, which datasketch puts before its permutations."""
    value = _W((value ^ (value >> _W(16))) * _W(0x85EBCA6B))
    value = _W((value ^ (value >> _W(13))) * _W(0xC2B2AE35))
    return _W(value ^ (value >> _W(16)))


@_inner
def _sign(room: Room, shingles: int, factors: Words, terms: Words, signature: Words) -> None:
    """The least of every permutation `factor × hash + term` over the hashes, four at a time."""
    for number in range(shingles):
        room.first[number] = _mixed(room.first[number])
    for number in range(shingles, shingles + 3):
        room.first[number] = room.first[0]
    for number in range(0, shingles, 4):
        h0, h1, h2, h3 = room.first[number], room.first[number + 1], room.first[number + 2], room.first[number + 3]
        for place in range(len(factors)):
            factor, term = factors[place], terms[place]
            least = min(_W(factor * h0 + term), _W(factor * h1 + term))
            other = min(_W(factor * h2 + term), _W(factor * h3 + term))
            signature[place] = min(signature[place], least, other)


@_entry
def sign_words(batch: Batch, room: Room, shingle: int, permutations: Words, signatures: Words) -> None:
    """Lower each text's row of `signatures`, (texts, permutations), to the least of its shingles.

    The batch's texts are words, one space apart; `permutations` has factors and terms, (2, permutations).
    """
    for number in range(len(signatures)):
        count = _split(batch.text[batch.bounds[number] : batch.bounds[number + 1]], room)
        shingles = _hash(room, count, shingle)
        if shingles:
            _sign(room, shingles, permutations[0], permutations[1], signatures[number])


@_entry
def hash_words(batch: Batch, room: Room, shingle: int, hashes: NDArray[np.uint64], counts: Ints) -> None:
    """Write the hashes of text i's shingles, at most (bytes + 1) / 2, to `hashes[bounds[i] // 2 + i :]`, and how many.

    The batch's texts are words, one space apart. A hash is the first 8 bytes of SHA-1, the first of them the least.
    """
    for number in range(len(counts)):
        count = _split(batch.text[batch.bounds[number] : batch.bounds[number + 1]], room)
        counts[number] = _hash(room, count, shingle)
        begin = batch.bounds[number] // 2 + number
        for shingle_number in range(counts[number]):
            high = _U(room.second[shingle_number]) << _U(32)
            hashes[begin + shingle_number] = high | _U(room.first[shingle_number])
