"""Errors of this room, shown at the command line as one message and an exit code.

FlowError
├── SettingsError    a setting that is unknown or wrong
├── CatalogueError   catalogue files that cannot be used; lists every finding
├── CrawlError       a crawl that failed or could not be started
└── CountError       a stage whose counts do not add up
"""


class FlowError(Exception):
    """Something stopped a flow; the message says what to do next."""


class SettingsError(FlowError):
    """A setting is unknown or wrong."""


class CatalogueError(FlowError):
    """The catalogue cannot be used as it stands."""


class CrawlError(FlowError):
    """A source's crawl did not end well."""


class CountError(FlowError):
    """What went into a stage is not what came out of it."""
