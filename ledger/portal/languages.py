"""Danish and English: which one a visitor reads, and every text in it.

The English texts stand in the templates and the code; `locale/da/messages.po` has the Danish ones and is read at start.
Rules for editing: write a new text in English inside `_(…)` or `{% trans %}` (`N_(…)` where it is data that is
translated later), run `make messages`, and fill in the Danish; a test fails while one is missing.
"""

import io
from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from starlette.requests import HTTPConnection

LANGUAGES = {"da": "Dansk", "en": "English"}
"""By code, as its readers call it; the first is the default."""

COOKIE = "language"

LOCALE = Path(__file__).with_name("locale")

_REGION = {"da": "da_DK", "en": "en_GB"}


def language_of(request: HTTPConnection) -> str:
    """Return the code of the language a visitor chose, or the default."""
    chosen = request.cookies.get(f"__Host-{COOKIE}", "") or request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else next(iter(LANGUAGES))


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts of a language; English texts are their own."""
    path = LOCALE / language / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translate(language: str, text: str) -> str:
    """Return a text that was marked with `N_` in a language."""
    return str(translations(language).gettext(text))


def N_(text: str) -> str:  # noqa: N802 - the name by which gettext's tools find texts
    """Mark a text for translation, and return it as it is."""
    return text


def written_day(language: str, day: date) -> str:
    """Write a day as people do: `26. november 2026`."""
    return format_date(day, "long", _REGION[language])


def written_time(language: str, moment: datetime) -> str:
    """Write an instant to the minute, with its zone."""
    return format_datetime(
        moment, "d. MMMM y HH:mm 'UTC'" if language == "da" else "d MMMM y HH:mm 'UTC'", locale=language
    )


def written_instant(language: str, text: str) -> str:
    """Write an instant that is given in ISO 8601 in a few figures; what is none stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return format_datetime(moment, "d.M.y HH:mm" if language == "da" else "d MMM y HH:mm", locale=_REGION[language])


def written_number(language: str, number: float) -> str:
    """Write a number with the language's separators."""
    return format_decimal(number, locale=_REGION[language])
