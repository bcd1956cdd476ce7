"""Good Danish is kept, broken pages are marked with the reason, and the measures can be checked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Reason
from corpus.rules import (
    boilerplate_share,
    duplicate_lines_share,
    duplicate_ngrams_share,
    judge,
    mojibake_share,
    top_ngram_share,
)

GOOD = (
    "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen inden for de næste fem år. Planen er "
    "et kompromis mellem de store partier.\n\n"
    "Borgmesteren glæder sig over aftalen, som hun kalder den vigtigste i perioden. Oppositionen havde ønsket sig "
    "flere ungdomsboliger og færre parkeringspladser ved stationen.\n\n"
    "Byggeriet ventes at begynde til foråret, når lokalplanen har været i høring blandt naboerne."
)
CONSENT = (
    "Vi bruger cookies til at forbedre din oplevelse og til at huske dine valg på hjemmesiden. Ved at klikke videre "
    "accepterer du brugen af cookies. Du kan læse mere om cookies i vores politik."
)


def test_good_danish_is_kept() -> None:
    """An ordinary piece of news breaks no limit."""
    judged = judge(GOOD)
    assert judged.reason is None
    assert judged.measures.words > 50
    assert judged.measures.punctuated_lines_share == 1.0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Vejret i dag\n\nDet bliver fint.", Reason.TOO_SHORT),
        (
            "# Siden blev ikke fundet\n\nDen side, du leder efter, er flyttet. Gå til forsiden.",
            Reason.ERROR_PAGE,
        ),
        ("Fejl 503\n\nSiden kunne ikke vises. Prøv igen senere.", Reason.ERROR_PAGE),
        ("Du skal aktivere JavaScript for at bruge siden.", Reason.ERROR_PAGE),
        (CONSENT, Reason.BOILERPLATE),
        (GOOD.replace("æ", "\ufffd").replace("ø", "\ufffd").replace("å", "\ufffd"), Reason.MOJIBAKE),
        (GOOD.encode().decode("latin-1"), Reason.MOJIBAKE),
        ("\n".join(f"Punktet er nummer {n} og" for n in range(60)), Reason.UNPUNCTUATED_LINES),
        ("\n".join([GOOD] * 8), Reason.DUPLICATE_NGRAMS),
        (" ".join(["kontorstol skrivebord lampe"] * 40), Reason.FEW_STOP_WORDS),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: Reason) -> None:
    """Thin, broken, repeated and machine-made pages are marked for what they are."""
    assert judge(text).reason is reason


def test_a_long_page_may_speak_of_errors_and_cookies() -> None:
    """An article about error pages and consent is an article."""
    about = "Når siden ikke findes, svarer serveren med fejl 404, og så må læseren prøve igen senere. "
    cookies = "Mange danskere accepterer alle cookies uden at læse teksten. "
    assert judge(GOOD + "\n\n" + about + cookies + "\n\n" + GOOD.replace("boliger", "skoler")).reason not in {
        Reason.ERROR_PAGE,
        Reason.BOILERPLATE,
    }


def test_measures_by_hand() -> None:
    """Small texts whose shares can be counted."""
    assert duplicate_lines_share(["abcd", "ef", "abcd"]) == 0.4
    words = ["en", "to", "tre", "fire", "fem"]
    assert duplicate_ngrams_share(words * 2, 5, 28) == 0.5
    assert top_ngram_share(["a", "b", "a", "b"], 2, 8) == 0.5
    assert mojibake_share("bl\ufffd") == 0.5
    assert boilerplate_share("Vi bruger cookies. Andre ord her") == pytest.approx(18 / 32, abs=0.02)


@given(st.text(max_size=400))
def test_any_text_is_judged_the_same_twice(text: str) -> None:
    """Judging is total, and the same text gets the same answer."""
    assert judge(text) == judge(text)


@given(st.lists(st.sampled_from(["en", "to", "tre", "fire"]), max_size=80), st.integers(2, 10))
def test_shares_are_shares(words: list[str], n: int) -> None:
    """Repeated letters are never more than all letters."""
    chars = len(" ".join(words))
    assert 0 <= duplicate_ngrams_share(words, n, chars) <= 1
