"""What cards are made of, gathered: from the catalogue, the settings, the selection and the shards."""

from collections.abc import Mapping, Sequence

from corpus.cards.beside import beside
from corpus.cards.facts import Assertion, Facts, Publisher, SourceFacts
from corpus.cards.overlap import overlaps
from corpus.cards.statistics import statistics_of
from corpus.fates import count_fates
from corpus.releases import Manifest
from crawler.job import user_agent
from flows.catalogue import CatalogueSource
from flows.sources import read_sources
from flows.workspace import Workspace


def files_beside(space: Workspace, manifest: Manifest, selection: str) -> dict[str, bytes]:
    """What is put beside a manifest that was made of a selection (a key), by name."""
    return beside(facts_of(space, manifest, selection))


def facts_of(space: Workspace, manifest: Manifest, selection: str) -> Facts:
    """All that is known of a release. Shards that no earlier release had are read once."""
    local = space.storage.local(selection)
    return Facts(
        manifest=manifest,
        publisher=publisher_of(space),
        sources=source_facts(read_sources(space.settings.catalogue)),
        counted={shard.sha256: statistics_of(shard, space.storage) for shard in manifest.shards},
        overlaps=overlaps(local),
        fates=count_fates(local),
    )


def publisher_of(space: Workspace) -> Publisher:
    """Who publishes, as the settings say (or else who runs the portal), and what their crawler calls itself."""
    said, portal, about = space.settings.publisher, space.settings.portal, space.settings.crawler.about_url
    return Publisher(said.name or portal.operator, said.contact or portal.contact, said.url, user_agent(about), about)


def source_facts(sources: Sequence[CatalogueSource]) -> Mapping[str, SourceFacts]:
    """What the catalogue states of each source, by name."""
    return {
        source.name: SourceFacts(
            name=source.name,
            title=source.title,
            homepage=source.homepage,
            holder=source.rights.holder,
            kind=source.kind.value,
            description=source.description,
            access=source.crawl.access.value,
            profile=source.profile,
            note=source.rights.note,
            assertions=tuple(
                Assertion(said.licence, said.asserted_by, said.place, said.confirmed) for said in source.licences()
            ),
        )
        for source in sources
    }
