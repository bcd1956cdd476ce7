"""What can go wrong at the ledger, as a small tree.

    LedgerError                the ledger cannot do what was asked; the message says what to do next
    ├── BudgetExceeded         it would cost more than was set aside: leave it out, or allow more
    ├── JournalBroken          journal, tree, key and checkpoints do not fit together: audit before all else
    ├── LedgerUnavailable      the database cannot be reached, opened or migrated: see to it, then try again
    ├── Overtaken              something was withdrawn or swept since a release was selected: run again
    ├── RecordConflict         something else stands already under the same id or reference: choose another, or see why
    ├── RecordRefused          what was handed in breaks a rule of the ledger: correct it
    └── UnknownRecord          no source or release of that name is in the ledger

Nothing has been written when one of these is raised: every write is one transaction. But that a budget stopped
something is entered.
"""


class LedgerError(Exception):
    """The ledger cannot do what was asked."""


class BudgetExceeded(LedgerError):  # noqa: N818  names the state, and reads better than BudgetExceededError
    """It would cost more than was set aside."""


class JournalBroken(LedgerError):  # noqa: N818  names the state, and reads better than JournalBrokenError
    """The journal, its tree, its key or its checkpoints do not fit together."""


class LedgerUnavailable(LedgerError):  # noqa: N818  as above
    """The database cannot be reached, opened or migrated."""


class Overtaken(LedgerError):  # noqa: N818  as above
    """Texts were withdrawn, the storage swept, or another release sealed, since the release was selected."""


class RecordConflict(LedgerError):  # noqa: N818  as above
    """Something else stands already under the same id or reference."""


class RecordRefused(LedgerError):  # noqa: N818  as above
    """What was handed in breaks a rule of the ledger."""


class UnknownRecord(LedgerError):  # noqa: N818  as above
    """No source or release of that name is in the ledger."""
