"""Errors of this room: what the caller can mend. A text is never an error.

DedupError
├── CrowdedError     one band is shared by more different signatures than can be compared
├── MixedError       an index or a file of signatures made with other parameters
├── IndexBusyError   another process is writing to the index
└── IndexDamagedError files of the index are missing or of another size than its manifest says
"""


class DedupError(Exception):
    """Something stopped the search for copies; the message says what to do next."""


class CrowdedError(DedupError):
    """One band is shared by too many different signatures."""


class MixedError(DedupError):
    """Signatures of other parameters would have met."""


class IndexBusyError(DedupError):
    """Another process is writing to the index."""


class IndexDamagedError(DedupError):
    """The index's files are not what its manifest says."""
