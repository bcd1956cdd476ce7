"""A catalogue and a data folder of a test's own, worked with in this process: crawls are children, nothing else is."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.storage import StorageSettings
from flows.crawl import crawl_source
from flows.paths import newest_crawl
from flows.settings import CrawlerSettings, LedgerSettings, Settings, moment
from flows.sources import sync_catalogue
from flows.workspace import open_workspace
from tests.flows.conftest import NOW

HEAD = """\
name = "{name}"
title = "Forlaget"
homepage = "https://forlag.example.dk/"
status = "{status}"
kind = "literature"
description = "Et forlag."
[crawl]
access = "{access}"
hosts = ["{name}.example.dk"]
delay_s_min = 0.0
fresh_days = {fresh_days}
{crawl}
[intake]
format = "{format}"
{intake}
[rights]
holder = "Forlaget"
"""
OPEN = """
[[rights.licences]]
licence = "CC0-1.0"
asserted_by = "the holder"
place = "https://forlag.example.dk/"
confirmed = true
"""
AGREED = """
[[rights.agreements]]
id = "aftale-1"
party = "Forlaget"
payee = "Forlaget"
form = "written"
uses = ["train"]
start = 2026-01-01
rate = { per = "million_words", amount = "100", currency = "DKK" }
"""


@dataclass
class House:
    """A folder with `catalogue`, `files` to be given, and `data`."""

    folder: Path
    proxy: str = ""
    storage: StorageSettings = field(default_factory=StorageSettings)
    ledger: str = ""

    def __post_init__(self) -> None:
        for name in ("catalogue", "files"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def files(self) -> Path:
        """The folder of what is given, `../files` from the catalogue."""
        return self.folder / "files"

    @property
    def settings(self) -> Settings:
        """Settings that name this folder."""
        return Settings(
            data=self.folder / "data",
            catalogue=self.folder / "catalogue",
            crawler=CrawlerSettings(proxy=self.proxy),
            storage=self.storage,
            ledger=LedgerSettings(url=self.ledger),
        )

    def source(self, name: str = "forlag", rights: str = OPEN, **words: Any) -> None:
        """Write a source's file; what is not said is a dump of texts in `files`."""
        said = {
            "status": "agreed" if rights == AGREED else "confirmed",
            "access": "dump",
            "fresh_days": 7,
            "crawl": "",
            "format": "texts",
            "intake": 'files = ["../files"]' if words.get("access", "dump") == "dump" else "",
        }
        text = HEAD.format(name=name, **{**said, **words}) + rights
        (self.folder / "catalogue" / f"{name}.toml").write_text(text, encoding="utf-8")

    def take(self, now: str = NOW, name: str = "forlag") -> str:
        """Take a source in as of a time; returns its crawl's prefix."""
        with open_workspace(self.settings) as space:
            sources = {source.name: source for source in sync_catalogue(space, moment(now))}
            return crawl_source(space, sources[name], moment(now), pinned=True)

    def pages(self, now: str = "2027-11-24T12:00:00Z", name: str = "forlag") -> dict[str, dict[str, Any]]:
        """The page list of the newest intake, by what the names end with behind the source's own."""
        with open_workspace(self.settings) as space:
            crawl = newest_crawl(space.storage, name, moment(now))
            lines = gzip.decompress(space.storage.local(f"captures/{name}/{crawl}/pages.jsonl.gz").read_bytes())
        rows = [json.loads(line) for line in lines.decode().splitlines()]
        return {row["url"].removeprefix(f"urn:fodaftryk:{name}:"): row for row in rows}
