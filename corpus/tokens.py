"""Tokens of a model's own tokenizer, counted; which one is said by who packs, and no other count is ever guessed.

The file is a Hugging Face `tokenizer.json`, read by their `tokenizers`, which is an extra: `fodaftryk[tokens]`.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import TokenizerError


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """What counts tokens: its name, the hex SHA-256 of its file, and the count of each of some texts.

    Marks that a tokenizer puts before or behind a text are not counted, since they are not the text's.
    """

    name: str
    digest: str
    count: Callable[[Sequence[str]], list[int]]


def read_tokenizer(file: Path, name: str) -> Tokenizer:
    """Read a tokenizer's file; without a name it is called as its folder is.

    Raises TokenizerError when the extra is not installed, or the file is missing or no tokenizer.
    """
    try:
        import tokenizers  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise TokenizerError(f"{error}: pip install 'fodaftryk[tokens]', or set no release.tokenizer.") from error
    try:
        data = file.read_bytes()
        read = tokenizers.Tokenizer.from_str(data.decode())
    except OSError as error:
        raise TokenizerError(f"{file}: {error.strerror}. Name a tokenizer.json with release.tokenizer.") from error
    except Exception as error:  # the library raises nothing more special
        raise TokenizerError(f"{file} is no tokenizer.json ({error}): name another with release.tokenizer.") from error
    read.no_truncation()
    read.no_padding()

    def count(texts: Sequence[str]) -> list[int]:
        return [len(each.ids) for each in read.encode_batch_fast(list(texts), add_special_tokens=False)]

    return Tokenizer(name or file.absolute().parent.name, hashlib.sha256(data).hexdigest(), count)
