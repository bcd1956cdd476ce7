"""Lines of a host's furniture are found over all its documents and taken out; what is text stays."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.clearing import clear_file
from corpus.document_files import read_documents, signed_how
from corpus.documents import SIGNATURE_SIZE, Document
from corpus.furniture import clear, find_furniture, line_key
from corpus.profiles import FurnitureLimits, load_profile
from tests.corpus.conftest import SIGNED, MakeDocument, WriteFile

LIMITS = FurnitureLimits(documents_min=4, share_min=0.3)
TOP, CONSENT, SHARE = "- Forside", "Vi bruger cookies på denne hjemmeside.", "Læst 12 gange"
STREETS = ("Algade", "Bredgade", "Kirkestræde", "Møllevej", "Skolegade", "Torvet", "Vestergade", "Østergade")


def article(number: int) -> str:
    """A text of its own, with a heading of its own."""
    street = STREETS[number % 8]
    return (
        f"# Byfest nummer {number} i {street}\n\nBorgerne i {street} holdt fest i går, og det var den {number}. i "
        f"rækken. Der var både musik, boder og et optog med børn fra skolen, som bor tæt på {street}."
    )


def page(number: int) -> str:
    """An article in its site's furniture, the count in it another on each page."""
    return f"{TOP}\n\n{article(number)}\n\n{CONSENT}\n\nDer er plads til alle.\n\nLæst {number} gange"


def sign(texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.uint32]]:
    """A signature that tells which text it is of."""
    return np.array([[len(text)] * SIGNATURE_SIZE for text in texts], dtype=np.uint32).reshape(-1, SIGNATURE_SIZE)


@pytest.fixture
def pages(document: MakeDocument) -> list[Document]:
    """Eight pages of one host."""
    return [document("avis", str(number), page(number)) for number in range(8)]


def furniture_of(write: WriteFile, *files: list[Document], limits: FurnitureLimits = LIMITS) -> frozenset[int]:
    """What is furniture in documents that lie in some files."""
    return find_furniture([write(documents) for documents in files], limits)


def test_lines_on_many_pages_are_furniture(pages: list[Document], documents_file: WriteFile) -> None:
    """Menu, notice and counter are found, though the counter's number differs; the articles' own lines are not."""
    found = furniture_of(documents_file, pages)
    known = {line_key("avis.test", line) for line in (TOP, CONSENT, SHARE, "Der er plads til alle.")}
    assert found == known
    assert line_key("andre.test", CONSENT) not in found


@given(st.permutations(range(8)), st.integers(0, 8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_and_files_do_not_matter(
    pages: list[Document], documents_file: WriteFile, order: list[int], cut: int
) -> None:
    """The same documents in another order, in one file or in two, have the same furniture."""
    shuffled = [pages[number] for number in order]
    assert furniture_of(documents_file, shuffled[:cut], shuffled[cut:]) == furniture_of(documents_file, pages)


def test_copies_of_a_text_count_once(document: MakeDocument, documents_file: WriteFile) -> None:
    """A page that lies at twelve addresses does not become furniture."""
    copies = [document("avis", f"side-{number}", page(1)) for number in range(12)]
    assert furniture_of(documents_file, copies) == frozenset()


def test_both_limits_must_be_reached(pages: list[Document], documents_file: WriteFile) -> None:
    """What is on all eight pages is furniture when eight are enough, and not when nine are asked for."""
    assert furniture_of(documents_file, pages, limits=FurnitureLimits(8, 1.0))
    assert not furniture_of(documents_file, pages, limits=FurnitureLimits(9, 0.3))


def test_a_laws_phrase_stays_under_the_law_profile(document: MakeDocument, documents_file: WriteFile) -> None:
    """What two thirds of a source's acts end with is furniture by default, and the law's own words for the law."""
    ends = "Loven træder i kraft den 1. juli 2026."
    acts = [document("lov", str(n), article(n) + (f"\n\n{ends}" if n % 3 else "")) for n in range(30)]
    default, law, debates = (load_profile(name).furniture for name in ("default", "law", "debates"))
    assert default
    assert law
    assert debates is None
    assert furniture_of(documents_file, acts, limits=default) == {line_key("lov.test", ends)}
    assert furniture_of(documents_file, acts, limits=law) == frozenset()


def test_a_text_loses_its_furniture_and_nothing_else() -> None:
    """At the ends any furniture goes; in the middle whole sentences go, and headings, steps and short lines stay."""
    lines = ("- Forside", "Annonce", CONSENT, "## Eksempel", "- Klik på OK for at fortsætte")
    known = frozenset(line_key("a.dk", line) for line in lines)
    body = "Et afsnit, som ingen andre har.\n\n## Eksempel\n\n- Klik på OK for at fortsætte\n\nAnnonce"
    tail = "Endnu et afsnit, der er siden selv."
    found = clear(f"- Forside\n\nAnnonce\n\n{body}\n\n{CONSENT}\n\n{tail}\n\n- Forside", "https://a.dk/x", known)
    assert found.text == f"{body}\n\n{tail}"
    assert found.lines == 4
    again = clear(found.text, "https://a.dk/x", known)
    assert (again.text, again.lines, again.chars) == (found.text, 0, 0)


def test_a_text_that_would_lose_most_of_itself_is_left() -> None:
    """Near-copies of one page are for deduplication to judge, not to be emptied here."""
    text = f"{CONSENT}\n\nKort."
    assert clear(text, "https://a.dk/", frozenset({line_key("a.dk", CONSENT)})).text == text


def test_a_cleared_file_is_assessed_and_signed_anew(
    pages: list[Document], document: MakeDocument, documents_file: WriteFile, tmp_path: Path
) -> None:
    """Texts, digests, measures and signatures are those of the shorter text; untouched rows go over as they are."""
    other = document("avis", "om", "Avisen blev grundlagt i 1890 af to brødre.")
    refined = documents_file([*pages, other])
    found = find_furniture([refined], LIMITS)
    reports = [clear_file(refined, tmp_path / name, found, load_profile("default"), sign) for name in "ab"]
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (reports[0].documents, reports[0].cleared, reports[0].lines) == (9, 8, 32)
    (batch,) = read_documents(tmp_path / "a")
    first, *_, last = batch.to_pylist()
    assert signed_how(tmp_path / "a") == signed_how(refined) == SIGNED
    assert first["text"] == article(0)
    assert (first["furniture_lines"], first["words"], first["reason"]) == (4, 36, None)
    assert first["signature"][0] == first["chars"] == len(article(0))
    assert last == pq.read_table(refined).to_pylist()[-1]
