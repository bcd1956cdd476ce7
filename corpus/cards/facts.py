"""What cards are made of: plain values that the other rooms hand in, and what was counted in shards and selection.

Nothing here reads the clock, the catalogue or the ledger, so the same facts make the same bytes.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from corpus.cards.overlap import Overlap
from corpus.cards.statistics import Statistics, merged
from corpus.releases import Manifest
from corpus.shards import Shard


@dataclass(frozen=True, slots=True)
class Assertion:
    """A licence that somebody says a source is under, where it is said, and whether a person of ours read it there."""

    licence: str
    asserted_by: str
    place: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the catalogue states of a source. `access` is how its texts come: site, sitemap, feed, api, dump, delivery.

    `profile` is the quality profile its texts are held against; `assertions` are the licences that were asserted.
    """

    name: str
    title: str
    homepage: str
    holder: str
    kind: str
    description: str
    access: str
    profile: str
    note: str = ""
    assertions: tuple[Assertion, ...] = ()

    @property
    def is_crawled(self) -> bool:
        """Whether its texts were fetched page by page, and not handed over or taken as files."""
        return self.access not in {"dump", "delivery"}


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes a release, how they are reached, where releases lie, and how their crawler names itself.

    What nobody has said is empty.
    """

    name: str = ""
    contact: str = ""
    url: str = ""
    crawler: str = ""
    crawler_url: str = ""


@dataclass(frozen=True)
class Facts:
    """All that is known of a release; without slots, since sums over all shards are kept once they are made.

    `counted` is by a shard's SHA-256, `overlaps` and `sources` are by the source's name, and so are `fates`: documents
    by (fate, reason).
    """

    manifest: Manifest
    publisher: Publisher
    sources: Mapping[str, SourceFacts]
    counted: Mapping[str, Statistics] = field(default_factory=dict)
    overlaps: Mapping[str, Overlap] = field(default_factory=dict)
    fates: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)

    @property
    def released(self) -> list[str]:
        """The sources that are in the release, sorted."""
        return sorted({shard.source for shard in self.manifest.shards})

    def shards(self, source: str) -> Iterator[Shard]:
        """A source's shards, in the manifest's order."""
        return (shard for shard in self.manifest.shards if shard.source == source)

    def statistics(self, source: str | None = None) -> Statistics:
        """What was counted of a source, or of the whole release."""
        return self._all_statistics if source is None else self._statistics.get(source, Statistics())

    @cached_property
    def _statistics(self) -> Mapping[str, Statistics]:
        parts: defaultdict[str, list[Statistics]] = defaultdict(list)
        for shard in self.manifest.shards:
            parts[shard.source].append(self.counted.get(shard.sha256, Statistics()))
        return {source: merged(several) for source, several in parts.items()}

    @cached_property
    def _all_statistics(self) -> Statistics:
        return merged(self._statistics.values())

    def words(self, source: str | None = None) -> int:
        """Words released of a source, or of all."""
        return sum(shard.words for shard in self.manifest.shards if source in (None, shard.source))

    def title(self, source: str) -> str:
        """What a source calls itself."""
        return self.sources[source].title if source in self.sources else source
