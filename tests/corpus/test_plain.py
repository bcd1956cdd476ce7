"""Others' words in Markdown, HTML, YAML and CSV: whatever they are, a reader gets them as text, and nothing else."""

import csv
import io

import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree, html
from markdown_it import MarkdownIt

from corpus.cards.plain import CHARS_MAX, address, csv_bytes, line, link, markdown, markup, quoted, table

TEXTS = st.text(
    st.sampled_from("a *_`~[]()<>|\\#&;:!-+=.1'\"\n\t\u2028\u202e\x00\x85é/$@{}") | st.characters(), max_size=60
)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def shown(text: str) -> html.HtmlElement:
    """A page of Markdown as a reader shows it."""
    return html.fromstring(f"<div>{READER.render(text)}</div>")


@given(TEXTS)
@example("&lt;b&gt; &#60; &amp;")
@example("a\\")
@example("![x](y) <!-- z --> `c` **d** ~~e~~ <http://f.test>")
def test_a_text_in_markdown_is_shown_as_it_is_written(text: str) -> None:
    """Within a line and in a cell of a table: one paragraph or cell, the text on one line, and no element in it."""
    written = line(text).replace("|", "/")
    page = shown(f"x {markdown(text)} x")
    assert [element.tag for element in page.iter()] == ["div", "p"]
    assert page.text_content().strip("\n") == (f"x {written} x" if written else "x  x")
    cells = shown("\n".join(table(["a", "b"], [[markdown(text), "1"]], 1))).xpath("//td")
    assert [cell.text_content() for cell in cells] == [written, "1"]
    assert not cells[0].xpath("*")


@given(TEXTS, TEXTS)
def test_a_link_leads_where_it_says_or_nowhere(text: str, rest: str) -> None:
    """A link has its text and its address; what is no address of the web is text alone."""
    page = shown(f"x {link(text or 'a', f'https://a.dk/{rest}')} x")
    assert [element.tag for element in page.iter()] == ["div", "p", "a"]
    assert page.find(".//a").get("href").startswith("https://a.dk/")
    for url in (rest, f"javascript:{rest}", f"data:{rest}", "https://", f"//{rest}"):
        assert address(url) == "" or url.startswith(("http://", "https://"))


@given(TEXTS)
def test_a_text_in_html_is_text(text: str) -> None:
    """Between tags and in an attribute it is the same text; in XML, which has no such character, too."""
    page = f'<p title="{markup(text)}">{markup(text)}</p>'
    for read in (html.fromstring(page), etree.fromstring(page)):
        assert (read.text or "") == read.get("title") == line(text)
        assert not len(read)


@given(TEXTS)
def test_a_text_in_yaml_is_a_string(text: str) -> None:
    """Alone, and in a list."""
    assert yaml.safe_load(f"a:\n- {quoted(text)}\nb: {quoted(text)}") == {"a": [line(text)], "b": line(text)}


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=3), max_size=4))
def test_a_text_in_csv_is_a_cell_and_no_formula(rows: list[list[str]]) -> None:
    """Every cell comes back on its place, with a mark before what a spreadsheet would work out."""
    read = list(csv.reader(io.StringIO(csv_bytes(rows).decode(), newline="")))
    assert [len(row) for row in read] == [len(row) for row in rows]
    for cell, text in zip((cell for row in read for cell in row), (text for row in rows for text in row), strict=True):
        assert cell.removeprefix("'") == line(text).removeprefix("'")
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text(max_size=3 * CHARS_MAX))
def test_a_line_is_one_line_of_a_length(text: str) -> None:
    """It has no break and no control, and is not longer than it may be; made twice it is the same."""
    told = line(text)
    assert len(told) <= CHARS_MAX
    assert len(told.splitlines()) <= 1
    assert line(told) == told
    told.encode()
