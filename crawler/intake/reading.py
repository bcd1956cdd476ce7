"""Which reader reads a file."""

from collections.abc import Iterator

from crawler.intake.items import Read
from crawler.intake.mediawiki import read_mediawiki
from crawler.intake.opening import opened
from crawler.intake.texts import read_texts
from crawler.intake.warc import read_warc
from crawler.job import DeliveredFile, Format, Intake


def read_file(file: DeliveredFile, intake: Intake) -> Iterator[Read]:
    """One value for everything in a file, in its order.

    Raises `BrokenFileError` behind the last that could be read, and `OSError` when the disk refuses.
    """
    if intake.format is Format.TEXTS:
        yield from read_texts(file, intake.fields)
        return
    with opened(file.path) as stream:
        yield from read_warc(stream) if intake.format is Format.WARC else read_mediawiki(stream)
