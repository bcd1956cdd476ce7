"""Pages of listings, from bytes to rows: whole or not at all, and every row accounted for."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.captures import Capture
from crawler.api import Api, ListingFormat, RowIs, address_of, since_query, with_query
from crawler.fields import Fields, TextType
from crawler.intake.items import Item, Unread
from crawler.listings import ROWS_MAX, Listing, ListingError, read_listing

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
JSON, ODATA = Api(ListingFormat.JSON), Api(ListingFormat.ODATA)
ATOM = Api(ListingFormat.ATOM)
PAGE = "http://a.dk/api/sager?side=1"


def _objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(["id", "text", "url", "titel", "andet"]), values)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | _objects(inner)
)


def listing(body: object, api: Api = JSON, url: str = PAGE, **headers: str) -> Listing:
    """Read a page of a listing; what is no bytes is written as JSON."""
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return read_listing(Capture(url, NOW, 200, named, payload), api)


def texts(read: Listing) -> list[str]:
    """The rows' texts, or why there are none."""
    return [row.read.payload.decode() if isinstance(row.read, Item) else row.read.reason for row in read.rows]


def feed(*entries: str, head: str = "") -> bytes:
    """An Atom feed."""
    body = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{body}</feed>'.encode()


@pytest.mark.parametrize("key", ["odata.nextLink", "@odata.nextLink"])
def test_odata_of_both_versions_is_read(key: str) -> None:
    """Rows are in `value`, and the next page is named by version 3's key or by 4's."""
    read = listing({"value": [{"id": 7, "text": "et"}], key: "http://a.dk/api/sager?$skip=100"}, ODATA)
    assert texts(read) == ["et"]
    assert read.next == ("http://a.dk/api/sager?$skip=100",)


def test_rows_and_next_may_lie_deep_in_json() -> None:
    """Dotted paths lead to the rows, to the next page and to the fields of a row; addresses may be relative."""
    fields = Fields(text="indhold.tekst", id="nr", url="link", title="indhold.titel")
    api = Api(ListingFormat.JSON, rows="svar.sager", next="svar.videre", fields=fields)
    row = {"nr": 3, "link": "/sag/3", "indhold": {"tekst": "det sagde hun", "titel": "En sag"}}
    read = listing({"svar": {"sager": [row], "videre": "?side=2"}}, api)
    item = read.rows[0].read
    assert isinstance(item, Item)
    assert (item.url, item.id, item.title, item.payload) == ("http://a.dk/sag/3", "3", "En sag", b"det sagde hun")
    assert read.next == ("http://a.dk/api/sager?side=2",)


def test_a_link_header_leads_on_where_the_body_does_not() -> None:
    """RFC 8288's rel=next counts when no next page is named in the document."""
    read = listing([{"text": "et"}], Link='<?side=0>; rel="prev", <?side=2>; rel="next"')
    assert read.next == ("http://a.dk/api/sager?side=2",)


def test_pages_are_counted_to_the_first_empty_one() -> None:
    """The parameter grows by its step, from nought where it is not said, and other parameters stay."""
    api = Api(ListingFormat.ODATA, count_by="$skip", count_step=2)
    row = {"text": "et"}
    assert listing({"value": [row]}, api, "http://a.dk/s?x=1").next == ("http://a.dk/s?x=1&$skip=2",)
    assert listing({"value": [row]}, api, "http://a.dk/s?$skip=2&x=1").next == ("http://a.dk/s?x=1&$skip=4",)
    assert listing({"value": []}, api, "http://a.dk/s?$skip=4").next == ()


def test_an_address_is_made_of_a_rows_id_or_its_url() -> None:
    """A template names where a row's text lies; a row without what it asks for has no address, and says so."""
    api = Api(ListingFormat.JSON, RowIs.ADDRESS, address="http://a.dk/sag/{id}")
    read = listing([{"id": "a/ø"}, {"id": ""}, {}, "x"], api)
    assert [row.address for row in read.rows] == ["http://a.dk/sag/a%2F%C3%B8", "", "", ""]
    assert texts(read)[1:] == ["no_address", "no_address", "bad_row"]
    assert address_of(Api(ListingFormat.SITEMAP, address="{url}/rawhtml"), "", "http://a.dk/eli/1") == (
        "http://a.dk/eli/1/rawhtml"
    )


def test_an_atom_feed_holds_texts_and_names_others() -> None:
    """Content is text, HTML or XHTML; an entry whose content lies elsewhere is an address; rights are a licence."""
    xhtml = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>tre</p></div></content>'
    read = listing(
        feed(
            "<id>urn:x:1</id><title>Første</title><author><name>Ane</name></author><content>et</content>",
            '<id>2</id><content type="html">&lt;p&gt;to&lt;/p&gt;</content><link href="/2"/><rights>CC BY 4.0</rights>',
            f"<id>3</id><updated>2026-11-20T00:00:00Z</updated>{xhtml}",
            '<id>4</id><content type="text/html" src="/4"/>',
            '<id>5</id><link rel="alternate" href="http://a.dk/5"/><summary>kort</summary>',
            "<id>6</id>",
            '<id>7</id><content type="application/pdf">AAAA</content>',
            head='<link rel="self" href="/nu"/><link rel="next" href="/atom?side=2"/>',
        ),
        ATOM,
        "http://a.dk/atom",
    )
    assert texts(read)[:3] == ["et", "<p>to</p>", '<div xmlns="http://www.w3.org/1999/xhtml"><p>tre</p></div>']
    assert [row.address for row in read.rows] == ["", "", "", "http://a.dk/4", "http://a.dk/5", "", ""]
    assert texts(read)[5:] == ["no_text", "no_text"]
    first, second = read.rows[0].read, read.rows[1].read
    assert isinstance(first, Item)
    assert isinstance(second, Item)
    assert (first.title, first.author, first.content_type) == ("Første", "Ane", "text/plain; charset=utf-8")
    assert (second.url, second.licence) == ("http://a.dk/2", "CC BY 4.0")
    assert second.content_type == "text/html; charset=utf-8"
    assert (read.rows[2].modified, read.next) == ("2026-11-20T00:00:00Z", ("http://a.dk/atom?side=2",))


def test_an_index_of_sitemaps_leads_to_several_pages() -> None:
    """An index has no rows and many next pages; a sitemap's rows are addresses with when they changed."""
    api = Api(ListingFormat.SITEMAP, RowIs.ADDRESS, address="{url}/rawhtml")
    index = b"<sitemapindex><sitemap><loc>/1.xml</loc></sitemap><sitemap><loc>/2.xml</loc></sitemap></sitemapindex>"
    read = listing(index, api, "http://a.dk/eli/sitemap.xml")
    assert (read.rows, read.next) == ((), ("http://a.dk/1.xml", "http://a.dk/2.xml"))
    one = gzip.compress(b"<urlset><url><loc>http://a.dk/eli/1</loc><lastmod>2026-11-01</lastmod></url></urlset>")
    row = listing(one, api, "http://a.dk/1.xml").rows[0]
    assert (row.address, row.modified) == ("http://a.dk/eli/1/rawhtml", "2026-11-01")


@pytest.mark.parametrize(
    ("body", "api", "reason"),
    [
        (b"", JSON, "not_json"),
        (b'{"value": [', ODATA, "not_json"),
        (b"\xff\xfe\xff", JSON, "not_json"),
        (b"<html>Vi er straks tilbage</html>", ODATA, "not_json"),
        (b"[" * 100_000, JSON, "too_deep"),
        (b"[" + b"1," * 2_000_001, JSON, "too_many_values"),
        ({"fejl": "ingen adgang"}, ODATA, "no_rows"),
        ({"value": {"id": 1}}, ODATA, "no_rows"),
        ([{}] * (ROWS_MAX + 1), JSON, "too_many_rows"),
        ({"value": [], "odata.nextLink": 7}, ODATA, "bad_next"),
        ({"value": [], "odata.nextLink": "ftp://a.dk/"}, ODATA, "bad_next"),
        ({"value": [], "odata.nextLink": "http://127.0.0.1/"}, ODATA, "bad_next"),
        (feed("<id>1</id>")[:-3], ATOM, "not_a_feed"),
        (b"<html/>", ATOM, "not_a_feed"),
        (b'<!DOCTYPE feed [<!ENTITY x "y">]><feed xmlns="http://www.w3.org/2005/Atom"/>', ATOM, "not_a_feed"),
        (b"<urlset><ur", Api(ListingFormat.SITEMAP, RowIs.ADDRESS), "no_rows"),
    ],
)
def test_what_cannot_be_read_whole_is_no_listing(body: object, api: Api, reason: str) -> None:
    """A page that is broken, too large, too deep or something else gives its reason and no rows."""
    with pytest.raises(ListingError) as error:
        listing(body, api)
    assert error.value.reason == reason


@given(st.lists(json_values, max_size=20), st.sampled_from(RowIs), st.sampled_from(["", "http://a.dk/s/{id}"]))
def test_every_row_comes_out(rows: list[Any], row_is: RowIs, address: str) -> None:
    """Whatever the rows are, each is a text, an address or told with its reason, in their order."""
    fields = Fields(url="url", title="titel", type=TextType.HTML)
    read = listing({"value": rows}, Api(ListingFormat.ODATA, row_is, address=address, fields=fields))
    assert len(read.rows) == len(rows)
    for row in read.rows:
        is_text = isinstance(row.read, Item) and row.read.payload.strip()
        assert is_text or row.address or (isinstance(row.read, Unread) and row.read.reason)


@given(st.binary(max_size=300), st.sampled_from(ListingFormat))
def test_no_bytes_break_the_reader(body: bytes, kind: ListingFormat) -> None:
    """Any bytes are a listing or a `ListingError`."""
    with suppress(ListingError):
        listing(body, Api(kind, RowIs.ADDRESS, address="{url}"))


def test_a_query_for_changes_takes_the_place_of_its_like() -> None:
    """The time is in UTC, parameters by the same name give way, and the rest stay."""
    api = Api(ListingFormat.ODATA, since="$filter=opdateret gt datetime'{time}'")
    query = since_query(api, datetime.fromisoformat("2026-11-24T13:00:00+01:00"))
    assert query == "$filter=opdateret gt datetime'2026-11-24T12:00:00'"
    assert with_query("http://a.dk/s?$top=5&%24filter=x", query) == (
        "http://a.dk/s?$top=5&$filter=opdateret%20gt%20datetime%272026-11-24T12:00:00%27"
    )
