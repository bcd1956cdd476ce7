"""Which reader reads a file."""

from collections.abc import Callable, Iterator

from crawler.delivered import DeliveredFile, Format, Intake
from crawler.intake.items import BrokenFileError, Read
from crawler.intake.mediawiki import read_mediawiki
from crawler.intake.opening import opened
from crawler.intake.texts import read_texts
from crawler.intake.warc import read_warc


def read_file(file: DeliveredFile, intake: Intake, breathe: Callable[[], None]) -> Iterator[Read]:
    """One value for everything in a file, in its order; `breathe` is called all the while, and may raise to stop.

    Raises `BrokenFileError` behind the last that could be read, and `OSError` when the disk refuses.
    """
    try:
        if intake.format is Format.TEXTS:
            yield from read_texts(file, intake.fields, breathe)
            return
        with opened(file.path, breathe) as stream:
            if intake.format is Format.WARC:
                yield from read_warc(stream, unanswered=intake.unanswered)
            else:
                yield from read_mediawiki(stream)
    except MemoryError as error:
        raise BrokenFileError("takes_too_much_memory") from error
