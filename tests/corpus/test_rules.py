"""Good Danish is kept under the profile of its kind, bad pages are marked with the reason; limits only ever mark."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.documents import Reason
from corpus.measures import Measures
from corpus.profiles import Limit, Profile, load_profile
from corpus.rules import REASONS, hold, judge
from tests.corpus import texts

DEFAULT = load_profile("default")


@pytest.mark.parametrize(
    ("text", "profile"),
    [
        (texts.NEWS, "default"),
        (texts.NEWS, "news"),
        (texts.NEWS, "fineweb2"),
        (texts.MANUAL, "default"),
        (texts.LAW, "law"),
        (texts.MINUTES, "debates"),
        (texts.POEM, "literature"),
        (texts.RECIPE, "tables"),
        (texts.FORUM, "forum"),
        (texts.DEFINITION, "encyclopaedia"),
        (texts.SLANG, "encyclopaedia"),
        (texts.SLANG, "default"),
        (texts.SEXUAL_HEALTH, "default"),
        (texts.NEWS_ON_PORNOGRAPHY, "news"),
        (texts.GAMBLING, "forum"),
        (texts.NEWS_ON_PRIVACY, "news"),
    ],
)
def test_good_danish_is_kept(text: str, profile: str) -> None:
    """Prose, poems, laws, minutes, recipes, posts and definitions pass the profile of their kind."""
    judged = judge(text, load_profile(profile))
    assert (judged.reason, judged.detail) == (None, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Vejret i dag\n\nDet bliver fint.", Reason.TOO_SHORT),
        ("# Siden blev ikke fundet\n\nDen side, du leder efter, er flyttet. Gå til forsiden.", Reason.ERROR_PAGE),
        ("Fejl 503\n\nSiden kunne ikke vises. Prøv igen senere.", Reason.ERROR_PAGE),
        ("Du skal aktivere JavaScript for at bruge siden.", Reason.ERROR_PAGE),
        (texts.CONSENT, Reason.BOILERPLATE),
        (texts.PRIVACY, Reason.BOILERPLATE),
        (texts.NEWS.replace("æ", "\ufffd").replace("ø", "\ufffd").replace("å", "\ufffd"), Reason.MOJIBAKE),
        (texts.NEWS.encode().decode("latin-1"), Reason.MOJIBAKE),
        (texts.LOREM, Reason.PLACEHOLDER),
        (texts.PORNOGRAPHY, Reason.ADULT),
        (texts.SPAM, Reason.SPAM),
        (texts.LINK_FARM, Reason.FRAGMENTS),
        (texts.POEM, Reason.FRAGMENTS),
        (texts.MACHINE_LIST, Reason.FEW_STOP_WORDS),
        (texts.SPUN, Reason.DUPLICATE_NGRAMS),
        (" ".join(["kontorstol skrivebord lampe"] * 40), Reason.FEW_STOP_WORDS),
        ("\n".join([texts.NEWS] * 8), Reason.DUPLICATE_LINES),
        (" ".join(f"{n} {n + 1} og {n + 2} til" for n in range(0, 120, 3)), Reason.WORD_LENGTH),
        ("Den er på i dag, og det er en af de ... " * 9, Reason.WORD_LENGTH),
        ("\n".join(f"Så kom den store nummer {n} og sagde det til dem ..." for n in range(20)), Reason.ELLIPSIS_LINES),
        (" ".join(f"#sommer{n} er den" for n in range(60)), Reason.SYMBOLS),
    ],
)
def test_each_fault_has_its_reason(text: str, reason: Reason) -> None:
    """Thin, broken, repeated, sold and machine-made pages are marked for what they are."""
    assert judge(text, DEFAULT).reason is reason


def test_what_a_kind_of_source_is_allowed_is_not_allowed_elsewhere() -> None:
    """The default profile takes a poem for a menu, a list of ingredients too; their own profiles do not."""
    assert judge(texts.POEM, DEFAULT).reason
    assert judge(texts.DEFINITION, DEFAULT).reason is Reason.TOO_SHORT
    assert judge(texts.LAW, load_profile("fineweb2")).reason
    assert judge(texts.TITLES, load_profile("literature")).reason is Reason.SHORT_LINES
    assert judge(texts.PORNOGRAPHY, load_profile("literature")).reason is None


def test_a_long_page_may_speak_of_errors_and_cookies() -> None:
    """An article about error pages and consent is an article."""
    about = "Når siden ikke findes, svarer serveren med fejl 404, og så må læseren prøve igen senere. "
    cookies = "Mange danskere accepterer alle cookies uden at læse teksten. "
    article = texts.NEWS + "\n\n" + about + cookies + "\n\n" + texts.NEWS.replace("boliger", "skoler")
    assert judge(article, DEFAULT).reason not in {Reason.ERROR_PAGE, Reason.BOILERPLATE}


def test_the_first_reason_counts_and_all_are_told() -> None:
    """A short page of consent is boilerplate; that it is too short is told beside it, and the measures stay."""
    judged = judge("Vi bruger cookies og beder om samtykke til det.", DEFAULT)
    assert judged.reason is Reason.BOILERPLATE
    assert "boilerplate_share 1 > 0.5" in judged.detail
    assert "words 9 < 25" in judged.detail
    assert judged.measures.words == 9


def test_every_measure_has_a_reason() -> None:
    """A profile may limit whatever is measured."""
    assert set(REASONS) == {field.name for field in fields(Measures)}


limits = st.builds(
    Limit,
    measure=st.sampled_from([field.name for field in fields(Measures)]),
    min=st.none() | st.floats(0, 50),
    max=st.none() | st.floats(0, 50),
    words_min=st.floats(0, 50),
    words_max=st.floats(50, 200),
)
sources = st.sampled_from([value for name, value in vars(texts).items() if name.isupper()])


@given(sources, st.lists(limits, max_size=5), limits)
def test_another_limit_never_keeps_more(text: str, given_limits: list[Limit], more: Limit) -> None:
    """What some limits mark is marked when one more is added."""
    few, many = (Profile("p", "", tuple(chosen)) for chosen in (given_limits, [*given_limits, more]))
    measures = judge(text, few).measures
    assert hold(measures, few)[0] is None or hold(measures, many)[0] is not None


@given(st.text(max_size=400) | sources)
def test_any_text_is_judged_the_same_twice(text: str) -> None:
    """Judging is total, the same text gets the same answer, and stored measures give it again."""
    judged = judge(text, DEFAULT)
    assert judged == judge(text, DEFAULT)
    assert hold(judged.measures, DEFAULT) == (judged.reason, judged.detail)
