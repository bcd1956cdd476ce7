"""Errors of this room: a world that went wrong. Bad data is never an error here, it is a `Reason`.

CorpusError
├── StorageError     the folder or the object store refused, with what to do about it
├── SealError        a release that must not be sealed: its counts or contents do not agree
├── TokenizerError   the tokenizer that was named cannot be used
├── PullError        a release that cannot be pulled as asked, or into this folder
├── FilterError      a filter of rows that cannot be read, or does not fit the columns (`where.py`)
├── EvidenceError    a file of an older program does not hold what was ruled on; a run makes it anew
├── WorkerError      extraction's worker processes cannot run at all (`workers.py`)
├── ModelError       the language model is missing, or is not the one of the recipe (`language.py`)
└── ProfileError     there is no quality profile of that name, or its file is wrong (`profiles.py`)
"""


class CorpusError(Exception):
    """Something outside the data went wrong; the message says what to do next."""


class StorageError(CorpusError):
    """The storage could not be reached, or refused."""


class SealError(CorpusError):
    """A release was not sealed because a check of it failed."""


class TokenizerError(CorpusError):
    """A tokenizer is missing, is none, or what reads it is not installed."""


class PullError(CorpusError):
    """A release cannot be pulled, as it was asked for or as it came."""


class FilterError(CorpusError):
    """A filter cannot be read."""


class EvidenceError(CorpusError):
    """A file does not hold the evidence its documents were ruled on."""
