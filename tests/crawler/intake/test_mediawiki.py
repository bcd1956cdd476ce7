"""Articles of a MediaWiki dump become items, one page in memory at a time."""

import bz2
import io
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.delivered import Format
from crawler.intake.items import Item, Unread
from crawler.intake.mediawiki import read_mediawiki
from tests.crawler.intake.deliveries import brief, delivered, what

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="da">
  <siteinfo><sitename>Wikipedia</sitename><dbname>dawiki</dbname>
    <base>https://da.wikipedia.org/wiki/Forside</base><case>first-letter</case></siteinfo>
"""
TAIL = "</mediawiki>\n"


def article(title: str, *texts: str, ns: int = 0, extra: str = "", model: str = "wikitext") -> str:
    """A page with a revision for each text."""
    revisions = "".join(
        f"<revision><id>{number}</id><timestamp>2026-01-01T00:00:00Z</timestamp><contributor><username>Ib</username>"
        f"<id>1</id></contributor><origin>1</origin><model>{model}</model><format>text/x-wiki</format>"
        f'<text bytes="{len(text)}" xml:space="preserve">{text}</text><sha1>x</sha1></revision>'
        for number, text in enumerate(texts)
    )
    return f"<page><title>{title}</title><ns>{ns}</ns><id>1</id>{extra}{revisions}</page>\n"


def read(tmp_path: Path, *pages: str, head: str = HEAD, tail: str = TAIL) -> list[str]:
    """What a dump gives, in brief."""
    return brief(what(delivered(tmp_path / "d.xml", (head + "".join(pages) + tail).encode()), Format.MEDIAWIKI))


def test_an_article_has_its_address(tmp_path: Path) -> None:
    """Title, address and text of an article are as on the wiki, packed or not."""
    content = (HEAD + article('Århus Å/Ådal & "mere"?'.replace("&", "&amp;"), "Teksten &lt;ref&gt;") + TAIL).encode()
    for packed in (content, bz2.compress(content)):
        (item,) = what(delivered(tmp_path / "d.xml.bz2", packed), Format.MEDIAWIKI)
        assert item == Item(
            b"Teksten <ref>",
            "text/x-wiki; charset=utf-8",
            "https://da.wikipedia.org/wiki/%C3%85rhus_%C3%85/%C3%85dal_%26_%22mere%22%3F",
            title='Århus Å/Ådal & "mere"?',
        )


def test_only_articles_are_taken(tmp_path: Path) -> None:
    """Other namespaces, redirects, other content and empty pages have their reasons; the last revision stands."""
    found = read(
        tmp_path,
        article("Diskussion:A", "x", ns=1),
        article("B", "#OMDIRIGERING [[A]]", extra='<redirect title="A" />'),
        article("C", "{}", model="json"),
        article("D", " "),
        article("E"),
        article("", "x"),
        article("F", "gammel", "ny"),
        article("G", "x" * (9 * 2**20)),
    )
    reasons = ["other_namespace", "redirect", "not_text", "empty", "empty", "no_title", "ny"]
    assert found[:-1] == reasons
    assert len(found[-1]) == 9 * 2**20


def test_every_prefix_gives_the_pages_before_it(tmp_path: Path) -> None:
    """Cut anywhere, a dump gives the pages that are whole in it and is then broken."""
    pages = [article("A", "en"), article("B", "to")]
    content = (HEAD + "".join(pages) + TAIL).encode()
    for size in range(1, len(content) - 2, 11):
        *whole, reason = brief(what(delivered(tmp_path / "d.xml", content[:size]), Format.MEDIAWIKI))
        assert reason == "broken_file"
        assert whole == ["en", "to"][: content[:size].count(b"</page>")]


@pytest.mark.parametrize(
    "declared",
    [
        "".join(f'<!ENTITY l{number + 1} "{f"&l{number};" * 10}">' for number in range(20)),
        '<!ENTITY l20 SYSTEM "file:///etc/passwd">',
        '<!ENTITY l20 SYSTEM "http://127.0.0.1:9/x">',
        '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;',
    ],
)
def test_entities_are_not_resolved(tmp_path: Path, declared: str) -> None:
    """A billion laughs, a file or a URL as an entity are never put in: the page is read without, or is broken."""
    head = f'<!DOCTYPE m [<!ENTITY l0 "ha"> {declared}]>' + HEAD
    found = read(tmp_path, article("A", "før &l20; efter"), head=head)
    assert len("".join(found)) < 100
    assert "root:" not in "".join(found)


def test_what_is_too_deep_or_none_at_all_is_broken(tmp_path: Path) -> None:
    """Elements nested without end, a text beyond the parser's limit, and what is no XML are reasons."""
    assert read(tmp_path, article("A", "a"), "<x>" * 100_000) == ["a", "broken_file"]
    assert read(tmp_path, article("A", "x" * (11 * 2**20))) == ["broken_file"]
    assert read(tmp_path, head="", tail="") == ["broken_file"]
    assert read(tmp_path, head='{"text": "x"}', tail="") == ["broken_file"]
    assert read(tmp_path, article("A", "a"), head="<mediawiki>") == ["a"]


def test_only_the_page_being_read_is_in_memory(tmp_path: Path) -> None:
    """A dump of 200 MB, and one page with 200 MB of revisions, take no more memory than a page."""
    del tmp_path
    text = "x" * 500_000

    def pieces(*, is_one_page: bool) -> Iterator[bytes]:
        yield HEAD.encode()
        for number in range(400):
            page = article(f"{number}", text)
            if is_one_page:
                page = page[page.index("<revision>") : page.index("</page>")]
                page = f"<page><title>A</title><ns>0</ns>{page}" if number == 0 else page
            yield page.encode()
        yield (f"</page>{TAIL}" if is_one_page else TAIL).encode()

    class Stream(io.RawIOBase):
        def __init__(self, parts: Iterator[bytes]) -> None:
            self._parts = parts

        def read(self, _: int = -1) -> bytes:
            return next(self._parts, b"")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for is_one_page, expected in ((False, 400), (True, 1)):
        count = sum(isinstance(each, Item | Unread) for each in read_mediawiki(Stream(pieces(is_one_page=is_one_page))))
        assert count == expected
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000
