"""Documents made by the tests: PDF and DOCX with nothing in them but what the tests say."""

import io
import zipfile
from collections.abc import Sequence

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def pdf(*pages: Sequence[str], title: str = "", author: str = "", encrypted: bool = False) -> bytes:
    """A PDF with lines on pages, in Helvetica by WinAnsi; encrypted, with a password nobody has."""
    about = "".join(
        f"/{name} <FEFF{value.encode('utf-16-be').hex()}>" for name, value in (("Title", title), ("Author", author))
    )
    numbers = range(5, 5 + 2 * len(pages), 2)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{number} 0 R' for number in numbers)}] >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {about} >>".encode(),
    ]
    for number, lines in zip(numbers, pages, strict=True):
        shown = b"".join(b"<%s> Tj T*\n" % line.encode("cp1252").hex().encode() for line in lines)
        drawn = b"BT /F1 10 Tf 14 TL 50 780 Td\n" + shown + b"ET"
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    locked = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >> /ID [<00><00>]" % (
        b"61" * 32,
        b"62" * 32,
    )
    return _assembled(objects, b"/Root 1 0 R /Info 4 0 R " + (locked if encrypted else b""))


def _assembled(objects: list[bytes], trailer: bytes) -> bytes:
    content, places = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d %s >>\n" % (size, table, size, trailer)
    return bytes(content) + end + b"startxref\n%d\n%%%%EOF\n" % len(content)


def docx(body: str, **parts: str) -> bytes:
    """A DOCX whose body is this WordprocessingML; `parts` are further parts of `word/`, and `core` its properties."""
    office, named = f"{_OFFICE}/", {"footnotes", "numbering", "styles", "header", "footer", "comments"}
    links = "".join(
        f'<Relationship Id="r{name}" Type="{office}{name}" Target="{name}.xml"/>' for name in parts if name in named
    )
    links += parts.pop("links", "")
    files = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{office}officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}" xmlns:r="{_OFFICE}"><w:body>{body}</w:body></w:document>',
    }
    if "core" in parts:
        files["docProps/core.xml"] = parts.pop("core")
    files |= {f"word/{name}.xml": content for name, content in parts.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def paragraph(text: str, style: str = "", inner: str = "") -> str:
    """A paragraph of WordprocessingML, with a style and with further runs."""
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{text}</w:t></w:r>{inner}</w:p>'
