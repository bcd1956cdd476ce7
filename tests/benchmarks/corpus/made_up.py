"""Invented personal data, and what only looks like it, in all the ways Danes write them.

Every value comes from a seeded generator: nobody's number is meant, though some may be somebody's by chance.
"""

from calendar import monthrange
from collections.abc import Callable
from random import Random

from corpus.finders.cprs import passes_mod11

NBSP = "\u00a0"


def words_of(lines: str) -> tuple[str, ...]:
    """The words of some lines."""
    return tuple(lines.split())


GIVEN = words_of(
    """Anne Mette Kirsten Hanne Lars Peter Søren Jens Inger Åse Øjvind Ida Freja Oscar Malthe Mohammed Fatima Bjørn
    Karen-Marie Jørgen Birgit Ulla Rasmus Emil Sofie Cecilie Viggo Aksel Zainab René"""
)
FAMILY = words_of(
    """Jensen Nielsen Hansen Pedersen Andersen Christensen Sørensen Rasmussen Østergaard Lund Holm Skov Kjær Møller
    Ørsted Bach Dahl-Petersen Ali Yilmaz Toft Friis Krogh Vestergaard Mikkelsen Åkjær Thygesen"""
)

Make = Callable[[Random], str]


def digits(random: Random, count: int) -> str:
    """So many random digits."""
    return "".join(random.choice("0123456789") for _ in range(count))


def name(random: Random) -> str:
    """A given name, perhaps an initial, and a family name."""
    middle = random.choice(("", "", f" {random.choice('ABEHJKLMPS')}.", f" {random.choice(FAMILY)}"))
    return f"{random.choice(GIVEN)}{middle} {random.choice(FAMILY)}"


def first_name(random: Random) -> str:
    """A given name."""
    return random.choice(GIVEN)


def birthday(random: Random) -> str:
    """Six digits of a day; one in twelve has 60 added, as replacement numbers have."""
    year, month = random.randrange(100), random.randint(1, 12)
    day = random.randint(1, monthrange(2000 if year % 4 == 0 else 2001, month)[1])
    return f"{day + 60 * (random.random() < 1 / 12):02}{month:02}{year:02}"


def old_cpr(random: Random) -> str:
    """Ten digits that pass the checksum."""
    while True:
        number = birthday(random) + digits(random, 4)
        if passes_mod11(number):
            return number


def new_cpr(random: Random) -> str:
    """Ten digits that need not pass it; one in fifteen has letters as the health service gives them."""
    if random.random() < 1 / 15:
        letters = "".join(random.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(2))
        return birthday(random) + random.choice("1705") + letters + digits(random, 1)
    return birthday(random) + digits(random, 4)


def cpr_free(random: Random) -> str:
    """A CPR number in a shape that can be known without a word beside it."""
    number, other = new_cpr(random), old_cpr(random)
    hyphen = random.choice("-----–‑")
    return random.choice(
        (f"{number[:6]}{hyphen}{number[6:]}",) * 8 + (f"{number[:6]} - {number[6:]}", other, f"{other[:6]} {other[6:]}")
    )


def cpr(random: Random) -> str:
    """A CPR number in any shape; a word beside it says what it is."""
    n = new_cpr(random)
    d, m, y, s = n[:2], n[2:4], n[4:6], n[6:]
    shapes = (
        f"{n[:6]}-{s}",
        f"{n[:6]}-{s}",
        f"{n[:6]}-{s}",
        n,
        n,
        f"{n[:6]} {s}",
        f"{n[:6]}{NBSP}{s}",
        f"{n[:6]}–{s}",
        f"{n[:6]} - {s}",
        f"{n[:6]} – {s}",
        f"{d} {m} {y} {s}",
        f"{d} {m} {y}-{s}",
        f"{d}.{m}.{y}-{s}",
        f"{d}{m}{y}.{s}",
        f"{d}/{m}/{y}-{s}",
        f"{d}-{m}-{y}-{s}",
        f"{n[:6]}‑{s}",
    )
    return random.choice(shapes)


def cpr_broken(random: Random) -> str:
    """A CPR number that a line's end or a stray blank runs through."""
    n = birthday(random) + digits(random, 4)
    return random.choice(
        (
            f"{n[:6]}-\n{n[6:]}",
            f"{n[:6]}\n{n[6:]}",
            f"{n[:6]}\n-{n[6:]}",
            f"{n[:6]} -{n[6:]}",
            f"{n[:6]}- {n[6:]}",
            f"{n[:3]} {n[3:6]}-{n[6:]}",
            f"{n[:6]}-{n[6:8]} {n[8:]}",
            f"{n[:6]}-{n[6:]}".replace("0", "O"),
            f"{n[:6]}-{n[6:]}".replace("1", "l", 1),
        )
    )


def subscriber(random: Random) -> str:
    """Eight digits as Danish telephones have."""
    return random.choice("23456789") + digits(random, 7)


def grouped(n: str, shape: str, mark: str) -> str:
    """Digits in groups: `shape` "2223" with a mark between."""
    parts, at = [], 0
    for size in map(int, shape):
        parts.append(n[at : at + size])
        at += size
    return mark.join(parts)


def phone_free(random: Random) -> str:
    """A telephone number in a shape that can be known without a word beside it."""
    n = subscriber(random)
    while n.startswith(("1", "20", "21")):
        n = subscriber(random)
    pairs = grouped(n, "2222", " ")
    shapes = (
        pairs,
        pairs,
        pairs,
        grouped(n, "2222", NBSP),
        grouped(n, "44", " "),
        grouped(n, "2222", "."),
        grouped(n, "2222", "-"),
        f"+45 {pairs}",
        f"+45{n}",
        f"+45 {n}",
        f"(+45) {pairs}",
        f"0045 {pairs}",
        f"+45 {grouped(n, '44', ' ')}",
        f"+45-{n}",
        f"(+45) {n}",
        f"+299 {digits(random, 2)} {digits(random, 2)} {digits(random, 2)}",
        f"+298 {digits(random, 6)}",
        f"+46 8 {digits(random, 3)} {digits(random, 3)} {digits(random, 2)}",
        f"+47 {grouped('9' + digits(random, 7), '323', ' ')}",
        f"+49 30 {digits(random, 4)} {digits(random, 4)}",
        f"+44 20 7{digits(random, 3)} {digits(random, 4)}",
        f"+44 (0)20 7{digits(random, 3)} {digits(random, 4)}",
        f"+1 212 555 {digits(random, 4)}",
    )
    return random.choice(shapes)


def phone(random: Random) -> str:
    """A telephone number in any shape; a word beside it says what it is."""
    n = subscriber(random)
    mark = random.choice((" ", " ", "-", ".", NBSP))
    shapes = (
        n,
        n,
        n,
        grouped(n, "2222", mark),
        grouped(n, "2222", " "),
        grouped(n, "44", mark),
        grouped(n, "323", " "),
        grouped(n, "233", " "),
        grouped(n, "224", " "),
        grouped(n, "26", " "),
        f"45 {grouped(n, '2222', ' ')}",
        f"0045{n}",
        f"+45 {n}",
        grouped(n, "2222", " - "),
        phone_free(random),
    )
    return random.choice(shapes)


def phone_broken(random: Random) -> str:
    """A telephone number that a line's end runs through."""
    n = subscriber(random)
    return random.choice(
        (
            f"{n[:4]}\n{n[4:]}",
            f"{n[:2]} {n[2:4]}\n{n[4:6]} {n[6:]}",
            f"{n[:2]}\n{n[2:4]} {n[4:6]} {n[6:]}",
            f"+45\n{n}",
            f"{n[:2]} {n[2:4]} {n[4:6]}\n{n[6:]}",
            f"{n[:3]} {n[3:]}",
            f"{n[:2]}  {n[2:4]}  {n[4:6]}  {n[6:]}",
            f"{n[:2]} {n[2:4]} {n[4:6]} {n[6:]}".replace("0", "O"),
            n[0] + n[1:].replace("1", "I", 1),
        )
    )
