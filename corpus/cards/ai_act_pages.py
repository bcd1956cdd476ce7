"""The summary of `ai_act` as JSON, as Markdown, and as a page to print: no script, nothing from elsewhere."""

import json
from collections.abc import Sequence

from corpus.cards.ai_act_fields import Field, Section, State
from corpus.cards.plain import line, markdown, markup

VALUE_CHARS_MAX = 2_000
"""Longest text of a field."""

_ABOUT = (
    "What this corpus knows of the public summary of training content that Article 53(1)(d) of Regulation (EU) "
    "2024/1689 asks of providers of general-purpose AI models, in the order of the Commission's template (24 July "
    "2025, re-issued 5 December 2025). It tells of the corpus alone: the provider of a model fills in what is to be "
    "provided, and adds the model's other data."
)
_TO_HOLDERS = (
    "Til rettighedshavere: hvor teksterne kommer fra, står i afsnit 2; de domæner, der er hentet mest fra, står til "
    "sidst i "
    "det. Du kan få dine tekster taget ud. {}"
)
_STYLE = """
body { font: 11pt/1.45 Georgia, serif; color: #111; background: #fff; max-width: 46rem; margin: 2rem auto }
h1, h2 { font-family: sans-serif; line-height: 1.2 }
table { border-collapse: collapse; width: 100% }
th, td { border: 1px solid #767676; padding: .35rem .5rem; text-align: left; vertical-align: top }
td, li { overflow-wrap: anywhere }
th { width: 34%; font-weight: 600; background: #f2f2f2 }
.open { font-weight: 600; background: #fff6d6 }
ol { columns: 3; margin: 0; padding-left: 2.4em }
@page { size: A4; margin: 18mm }
@media print { body { margin: 0; max-width: none; font-size: 9.5pt } h2 { break-after: avoid } }
"""


def to_json(sections: Sequence[Section]) -> bytes:
    """The sections with their fields, for programs; every field says how far it is filled."""
    body = {
        "about": _ABOUT,
        "sections": [
            {
                "number": section.number,
                "title": section.title,
                "fields": [_row(field) for field in section.fields],
            }
            for section in sections
        ],
    }
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def to_markdown(sections: Sequence[Section], version: str) -> bytes:
    """The summary as Markdown."""
    lines = [f"# Public summary of training content: Fodaftryk {version}", "", _ABOUT, ""]
    lines += [markdown(_to_holders(sections), VALUE_CHARS_MAX), ""]
    for section in sections:
        lines += [f"## {section.number}. {section.title}", "", "| | field | |", "|---|---|---|"]
        lines += [
            f"| {field.number} | {markdown(field.label)} | {_cell(field)} |"
            for field in section.fields
            if not _is_long(field)
        ]
        for field in filter(_is_long, section.fields):
            lines += ["", f"{field.number} {field.label}:", "", *(f"1. {markdown(each)}" for each in field.value)]
        lines.append("")
    return ("\n".join(lines).rstrip() + "\n").encode()


def to_html(sections: Sequence[Section], version: str) -> bytes:
    """The summary as a page that stands by itself and prints well."""
    title = f"Public summary of training content: Fodaftryk {markup(version)}"
    lines = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{title}</h1><p>{markup(_ABOUT, VALUE_CHARS_MAX)}</p>",
        f'<p lang="da">{markup(_to_holders(sections), VALUE_CHARS_MAX)}</p>',
    ]
    for section in sections:
        lines.append(f"<h2>{section.number}. {markup(section.title)}</h2><table>")
        lines += [_html_row(field) for field in section.fields]
        lines.append("</table>")
    return ("\n".join([*lines, "</main></body></html>"]) + "\n").encode()


def _to_holders(sections: Sequence[Section]) -> str:
    """What a rights holder is told, in Danish, and whom to write to where somebody is named."""
    contact = next(
        (str(field.value) for section in sections for field in section.fields if field.key == "rights_contact"), ""
    )
    whom = f"Skriv til {contact}." if contact else "Skriv til den, der har udgivet korpusset."
    return _TO_HOLDERS.format(whom)


def _row(field: Field) -> dict[str, object]:
    value = list(map(line, field.value)) if isinstance(field.value, tuple) else line(field.value, VALUE_CHARS_MAX)
    return {
        "number": field.number,
        "key": field.key,
        "label": field.label,
        "state": field.state.value,
        "value": value if field.state is State.FILLED else None,
    }


def _is_long(field: Field) -> bool:
    """Whether a field is a list that stands below its section's table."""
    return field.state is State.FILLED and isinstance(field.value, tuple)


def _cell(field: Field) -> str:
    if field.state is not State.FILLED:
        return f"*{field.state.value}*"
    assert isinstance(field.value, str)
    return markdown(field.value, VALUE_CHARS_MAX)


def _html_row(field: Field) -> str:
    name = markup(f"{field.number} {field.label}".strip())
    if field.state is not State.FILLED:
        kind = ' class="open"' if field.state is State.OPEN else ""
        return f'<tr><th scope="row">{name}</th><td{kind}>{field.state.value}</td></tr>'
    if isinstance(field.value, tuple):
        shown = f"<ol>{''.join(f'<li>{markup(each)}</li>' for each in field.value)}</ol>"
    else:
        shown = markup(field.value, VALUE_CHARS_MAX)
    return f'<tr><th scope="row">{name}</th><td>{shown}</td></tr>'
