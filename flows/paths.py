"""Where things lie, as keys of the storage; a path carries the digest of what its content was made from."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from corpus.storage import Storage


def digest_of_parts(*parts: str) -> str:
    """Sixteen hex digits that stand for some strings in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def digest_of_code(*modules: ModuleType) -> str:
    """Sixteen hex digits for the source of some modules: what another code made is another thing."""
    return digest_of_parts(*(Path(str(module.__file__)).read_text(encoding="utf-8") for module in modules))


STAMP = "%Y%m%dT%H%M%SZ"


def crawled_at(crawl: str) -> datetime:
    """When a crawl began, by its id: a stamp, a hyphen, and the digest of its scope."""
    return datetime.strptime(crawl.split("-", maxsplit=1)[0], STAMP).replace(tzinfo=UTC)


def crawled_pages(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a crawl's page list, as the crawler wrote them."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def crawl_prefix(source: str, crawl: str) -> str:
    """Folder of one crawl: WARC files, `pages.jsonl.gz`, and `report.json`, which is put last."""
    return f"captures/{source}/{crawl}"


def newest_crawl(storage: Storage, source: str, now: datetime) -> str | None:
    """Id of a source's newest crawl that was finished and had begun by `now`."""
    return max((crawl for crawl in finished_crawls(storage, source) if crawled_at(crawl) <= now), default=None)


def finished_crawls(storage: Storage, source: str) -> list[str]:
    """Ids of a source's finished crawls, oldest first."""
    keys = storage.keys(f"captures/{source}/")
    return sorted(key.split("/")[2] for key in keys if key.endswith("/report.json"))
