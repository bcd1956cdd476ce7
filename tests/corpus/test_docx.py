"""DOCX to a tree: what a reader would read, and nothing that is opened for it."""

import io
import socket
import zipfile
from pathlib import Path

import pytest

from corpus import docx as reader
from corpus.docx import docx_tree
from corpus.extract import tidy
from corpus.render import render
from tests.corpus.made import WORD, docx, paragraph

SPACES = f'xmlns:w="{WORD}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = f"""<w:styles {SPACES}>
<w:style w:type="paragraph" w:styleId="Overskrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>"""
NUMBERING = f"""<w:numbering {SPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/>
</w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>"""


def text(content: bytes) -> str:
    """A document as plain Markdown."""
    found = docx_tree(content)
    assert found.tree is not None, found.trouble
    return tidy(render(found.tree))


def item(words: str) -> str:
    """An item of a list."""
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    return f"<w:p>{number}<w:r><w:t>{words}</w:t></w:r></w:p>"


def test_headings_lists_and_tables_come_out_as_such() -> None:
    """Headings by the names of their styles, also where the ids are Danish; lists and tables a line for each."""
    cells = "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in ("By", "Århus"))
    body = paragraph("Bogen", "Titel") + paragraph("Første del", "Overskrift1") + paragraph("Blåbærgrød.")
    body += item("en") + item("to") + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    expected = "# Bogen\n\n# Første del\n\nBlåbærgrød.\n\n- en\n- to\n\n| By | Århus |"
    assert text(docx(body, styles=STYLES, numbering=NUMBERING)) == expected


def test_inserted_text_is_in_and_deleted_text_is_not() -> None:
    """Of tracked changes the document as it now stands is read; comments are no text."""
    changed = '<w:ins w:id="1" w:author="a"><w:r><w:t> nyt</w:t></w:r></w:ins>'
    changed += '<w:del w:id="2" w:author="a"><w:r><w:delText> gammelt</w:delText></w:r></w:del>'
    changed += '<w:r><w:commentReference w:id="0"/></w:r>'
    comments = f'<w:comments {SPACES}><w:comment w:id="0">{paragraph("Bemærk")}</w:comment></w:comments>'
    assert text(docx(paragraph("Her er", inner=changed), comments=comments)) == "Her er nyt"


def test_notes_are_in_and_heads_and_feet_are_not() -> None:
    """A footnote's words stand at the end, without its number; what is on every page is left out."""
    note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnotes {SPACES}><w:footnote w:id="2">{paragraph("Se loven.")}</w:footnote></w:footnotes>'
    head = f"<w:hdr {SPACES}>{paragraph('Hoved')}</w:hdr>"
    section = '<w:sectPr><w:headerReference w:type="default" r:id="rheader"/></w:sectPr>'
    found = text(docx(paragraph("Det er så.", inner=note) + section, footnotes=notes, header=head))
    assert found.split() == ["Det", "er", "så.", "-", "Se", "loven."]


def test_title_and_author_are_those_of_the_document() -> None:
    """What the document's properties say is taken, and entities in them are not resolved."""
    core = (
        '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><c xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Årsberetning</dc:title><dc:creator>Ib&x; Æbelø</dc:creator></c>"
    )
    found = docx_tree(docx(paragraph("x"), core=core))
    assert found.title == "Årsberetning"
    assert "root" not in found.author


def test_nothing_a_document_names_is_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pictures, templates and links elsewhere are not followed, to the disk or to the net."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(b"hemmeligt")
    target = 'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" TargetMode="External"'
    links = f'<Relationship Id="x1" {target} Target="{secret.as_uri()}"/>'
    links += f'<Relationship Id="x2" {target} Target="http://127.0.0.1:9/x.png"/>'
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    pictures = "".join(
        f'<w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing"><a:graphic xmlns:a="{drawing}/main">'
        f'<a:graphicData><pic:pic xmlns:pic="{drawing}/picture"><pic:blipFill><a:blip r:link="{name}"/></pic:blipFill>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        for name in ("x1", "x2")
    )

    def refuse(*_: object) -> None:
        pytest.fail("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    found = docx_tree(docx(paragraph("Se her", inner=pictures), links=links))
    assert found.tree is not None
    assert found.tree.text_content().strip() == "Se her"


def test_what_a_document_wants_its_styles_to_become_is_not_heard() -> None:
    """A style map in the file itself, which could hide text or make it something else, changes nothing."""
    content = io.BytesIO(docx(paragraph("Synlig")))
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("mammoth/style-map", "p => !")
    assert text(content.getvalue()) == "Synlig"


def test_what_is_no_document_says_why() -> None:
    """Other archives, broken XML, laughs by the billion and nesting without end are troubles and no crash."""
    laughs = "".join(f'<!ENTITY l{number + 1} "{f"&l{number};" * 10}">' for number in range(20))
    bodies = {"&l20;": f'<!DOCTYPE d [<!ENTITY l0 "ha"> {laughs}]>', "<w:p>": "", "<w:sdt><w:sdtContent>" * 9000: ""}
    for body, head in bodies.items():
        content = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(docx(""))) as old, zipfile.ZipFile(content, "w") as new:
            for name in old.namelist():
                whole = name != "word/document.xml"
                new.writestr(name, old.read(name) if whole else f"{head}<w:document {SPACES}><w:body>{body}")
        found = docx_tree(content.getvalue())
        assert (found.tree, found.trouble[:19]) == (None, "no DOCX, or broken:")
    for content_of_none in (b"", b"PK", b"%PDF"):
        assert docx_tree(content_of_none).trouble == "no DOCX, or broken: BadZipFile"
    assert docx_tree(docx(paragraph("x"))[:-30]).trouble


def test_what_unpacks_beyond_measure_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A document whose parts say they are large is left, and one that lies about it is cut where it said."""
    content = docx(paragraph("x" * 5000))
    monkeypatch.setattr(reader, "UNPACKED_BYTES_MAX", 4000)
    assert "bytes unpacked" in docx_tree(content).trouble
    size = max(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    lying = content.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert docx_tree(lying).trouble.startswith("no DOCX, or broken")
