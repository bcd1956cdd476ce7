"""Jobs and sitemaps: what is written is what is read."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawler.api import Api, Listed, ListingFormat, RowIs
from crawler.fields import Fields, TextType
from crawler.job import Job, JobError, Limits, Scope, from_json, to_json
from crawler.rendering import Rendering
from crawler.sitemaps import SITEMAP_BYTES_MAX, parse_sitemap
from ledger.agreements import Agreement, AgreementForm, PartyKind, Rate, RateUnit
from ledger.conflicts import Settlement
from ledger.decide import Terms
from ledger.licences import LicenceAssertion
from ledger.records import SourceStatus
from ledger.register import Reservation, Weight
from ledger.targets import Target, TargetKind

RATE = Rate(RateUnit.DOCUMENT, 1500, "DKK")
AGREEMENT = Agreement(
    id="A1",
    source="prøve",
    party="Forlaget",
    payee="Forlaget",
    form=AgreementForm.WRITTEN,
    uses=("train",),
    start=date(2026, 1, 1),
    end=date(2027, 1, 1),
    rate=RATE,
)
LIMITED = replace(
    AGREEMENT,
    id="A3",
    party_kind=PartyKind.COLLECTIVE,
    embargo_months=12,
    model_licences=("Apache-2.0",),
    rate=replace(RATE, per=RateUnit.POOL, cap_micro=7, share_ppm=5),
)
JOB = Job(
    source="prøve",
    crawl="c1",
    folder=Path("et/sted"),
    scope=Scope(frozenset({"a.dk", "xn--l-4ga.dk"}), include=("/da/",), exclude=("/da/*.pdf$",)),
    terms=Terms(
        SourceStatus.AGREED,
        (LicenceAssertion("CC0-1.0", "udgiver", "http://a.dk/om", date(2026, 2, 3), confirmed=True),),
        (AGREEMENT, replace(AGREEMENT, id="A2", end=None, rate=None), LIMITED),
        (Settlement(("CC-BY-4.0", "CC0-1.0"), "CC0-1.0", "læst", date(2026, 3, 4)),),
        (Reservation("2026-0001", Weight.OPEN_CASE, Target(TargetKind.PATH, "a.dk/da"), date(2026, 5, 6)),),
    ),
    seeds=("http://a.dk/",),
    sitemaps=("http://xn--l-4ga.dk/sitemap.xml",),
    limits=Limits(pages_max=7),
    now=datetime(2026, 11, 1, tzinfo=UTC),
    rendering=Rendering(frozenset({"b.dk"}), "/et/andet/chromium", 7.5),
)


def test_a_job_comes_back_as_it_was_written() -> None:
    """Writing and reading a job changes nothing."""
    assert from_json(to_json(JOB)) == JOB


def test_an_api_comes_back_as_it_was_written() -> None:
    """A job with listings, and with what earlier crawls of them came to, is read as it was written."""
    api = Api(ListingFormat.JSON, RowIs.ADDRESS, count_by="side", count_step=1, fields=Fields(type=TextType.HTML))
    listed = Listed(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC))
    job = replace(JOB, api=api, listed=listed, scope=replace(JOB.scope, names="urn:fodaftryk:prove:"))
    assert from_json(to_json(job)) == job
    for old, new in (
        ('"count_by"', '"count_up"'),
        ('"format": "json"', '"format": "xml"'),
        ('"names": "u', '"nmaes": "u'),
    ):
        with pytest.raises(JobError):
            from_json(to_json(job).replace(old, new))


def test_hosts_are_read_as_they_are_written_by_people() -> None:
    """Capitals and Danish letters in a host are accepted."""
    text = to_json(JOB).replace('"a.dk"', '"A.DK."').replace('"xn--l-4ga.dk"', '"øl.dk"')
    assert from_json(text).scope.hosts == {"a.dk", "xn--l-4ga.dk"}


@pytest.mark.parametrize("text", ["", "[]", "{}", to_json(JOB).replace("c1", "c1", 1).replace('"hosts"', '"huse"')])
def test_a_job_that_lacks_something_is_refused(text: str) -> None:
    """What is no job is refused with a `JobError`."""
    with pytest.raises(JobError):
        from_json(text)


@pytest.mark.parametrize("body", [b"", b"\x1f\x8b brudt", b"<", b"<urlset>", b"\x00\xff", b"<!DOCTYPE x><urlset/>"])
def test_a_broken_sitemap_names_nothing(body: bytes) -> None:
    """What cannot be read names no pages, and nothing is raised."""
    assert not parse_sitemap(body, "http://a.dk/s.xml").pages


def test_a_sitemap_cut_off_names_what_came() -> None:
    """The whole entries of a sitemap that was cut are used."""
    body = b"<urlset><url><loc>http://a.dk/1</loc></url><url><loc>http://a.dk/2</loc></url><url><lo"
    assert list(parse_sitemap(body, "http://a.dk/s.xml").pages) == ["http://a.dk/1", "http://a.dk/2"]


def test_an_inflated_sitemap_is_bounded() -> None:
    """A gzip bomb is inflated to the limit and no further."""
    import gzip

    body = gzip.compress(b" " * (SITEMAP_BYTES_MAX + 2**20))
    assert not parse_sitemap(body, "http://a.dk/s.xml").pages
