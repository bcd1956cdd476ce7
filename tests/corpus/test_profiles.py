"""Profiles are read whole, extend one another, and say what is wrong with them."""

from pathlib import Path

import pytest

from corpus import profiles
from corpus.profiles import Limit, ProfileError, load_profile, profile_names


def limits(name: str) -> dict[str, Limit]:
    """The limits of a profile, by measure."""
    return {limit.measure: limit for limit in load_profile(name).limits}


def test_every_profile_that_ships_can_be_loaded() -> None:
    """Each has a title, limits, and a digest of its own."""
    loaded = [load_profile(name) for name in profile_names()]
    assert {"default", "law", "debates", "news", "forum", "literature", "encyclopaedia"} <= set(profile_names())
    assert all(profile.title and profile.limits for profile in loaded)
    assert len({profile.digest for profile in loaded}) == len(loaded)


def test_every_limit_has_its_reason_beside_it() -> None:
    """A block of limits in a profile stands under a comment."""
    for name in profile_names():
        below = ""
        for line in (profiles.PROFILES / f"{name}.toml").read_text(encoding="utf-8").splitlines():
            if line.endswith("}"):
                assert below, f"{name}: {line}"
            below = line if line.startswith("#") or line.endswith("}") else ""


def test_a_profile_extends_another_and_lifts_limits() -> None:
    """What a profile does not name is as in the one it extends; an empty table lifts a limit."""
    assert limits("default")["mean_word_length"] == limits("fineweb2")["mean_word_length"]
    assert limits("fineweb2")["lines_per_token"] == Limit("lines_per_token", max=0.182)
    assert "lines_per_token" not in limits("default")
    assert limits("law")["words"] == Limit("words", min=10)
    furniture = {name: load_profile(name).furniture for name in ("fineweb2", "default", "news", "debates")}
    assert furniture["news"] == furniture["default"] is not None
    assert furniture["fineweb2"] is furniture["debates"] is None


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    """The message names the profiles to choose from."""
    with pytest.raises(ProfileError, match=r"no quality profile 'lov': choose one of debates, default, .*law"):
        load_profile("lov")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("limits = 1 2", "is no TOML"),
        ("[limit]\nwords = { min = 1 }", r"a profile has title, extends, \[limits\] and"),
        ("[limits]\nword = { min = 1 }", "word, which is not measured: see"),
        ("[limits]\nwords = 1", "words is a table of"),
        ("[limits]\nwords = { least = 1 }", "words is a table of"),
        ('[limits]\nwords = { min = "1" }', "'1' is no limit for words: write a number"),
        ("[furniture]\nshare_min = 0.3", "has documents_min and share_min, or nothing"),
        ("furniture = 1", "has documents_min and share_min, or nothing"),
        ("[furniture]\nshare_min = 0.3\ndocuments_min = true", "True is no limit for furniture"),
        ('extends = "none"', "cannot be extended"),
        ('extends = "own"', "extends itself"),
    ],
)
def test_a_wrong_profile_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, message: str
) -> None:
    """Whoever writes a profile is told what is wrong in it."""
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(profiles, "PROFILES", tmp_path)
    load_profile.cache_clear()
    with pytest.raises(ProfileError, match=message):
        load_profile("own")
