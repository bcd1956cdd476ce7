"""Danish told from its neighbours, line by line, by the model its recipe names and no other."""

import json
import shutil
from pathlib import Path

import pytest

from corpus.language import MODELS, ModelError, identify, load_model, normalise

TEXTS = {
    "da": "Byrådet vedtog i går, at der skal bygges flere almene boliger i kommunen inden for de næste fem år.",
    "nb": "Kommunestyret vedtok i går at det skal bygges flere boliger i kommunen i løpet av de neste fem årene.",
    "nn": "Kommunestyret vedtok i går at det skal byggjast fleire bustader i kommunen dei neste fem åra.",
    "sv": "Kommunfullmäktige beslutade i går att det ska byggas fler bostäder i kommunen under de kommande fem åren.",
    "fo": "Býráðið samtykti í gjár, at fleiri bústaðir skulu byggjast í kommununi tey næstu fimm árini.",
    "is": "Bæjarstjórn samþykkti í gær að byggja skuli fleiri íbúðir í sveitarfélaginu á næstu fimm árum.",
    "de": "Der Stadtrat hat gestern beschlossen, dass in den nächsten fünf Jahren mehr Wohnungen gebaut werden.",
    "en": "The council decided yesterday that more homes must be built in the town within the next five years.",
    "nl": "De gemeenteraad heeft gisteren besloten dat er de komende vijf jaar meer woningen moeten komen.",
    "other": "Городской совет вчера решил построить больше жилья в ближайшие пять лет в этом городе.",
}


@pytest.mark.parametrize("label", TEXTS)
def test_a_sentence_of_each_language(label: str) -> None:
    """One ordinary sentence is enough for each language the model knows."""
    assert identify(TEXTS[label]).label == label


def test_capitals_are_as_danish_as_small_letters() -> None:
    """Case does not decide."""
    assert identify(TEXTS["da"].upper()).da_share == 1.0


@pytest.mark.parametrize("text", ["", "12 345 678", "Hej med dig", "https://www.dr.dk/nyheder/indland/en-lang-adresse"])
def test_too_little_is_unknown(text: str) -> None:
    """Under forty letters nothing is claimed."""
    assert identify(text).label == "unknown"


def test_short_lines_are_judged_together() -> None:
    """A poem of short lines has a language, though none of its lines does."""
    poem = "Jeg elsker de grønne lunde\nmed toners vuggende fald\njeg elsker de blanke sunde\nmed skibenes tusindtal"
    assert identify(poem).label == "da"


def test_a_mixed_page_is_what_most_of_it_is() -> None:
    """The share is weighted by letters, and half is enough."""
    mostly = identify("\n".join([TEXTS["da"], TEXTS["da"], TEXTS["en"]]))
    assert mostly.label == "da"
    assert 0.6 < mostly.da_share < 0.72
    assert identify("\n".join([TEXTS["da"], TEXTS["en"], TEXTS["en"]])).label == "en"


def test_half_of_a_long_text_is_enough_only_when_it_is_of_one_mind() -> None:
    """Lines that alternate, or a part in another language, are counted whole."""
    assert identify("\n".join([TEXTS["da"], TEXTS["en"]] * 10)).da_share == pytest.approx(0.5, abs=0.02)
    assert identify("\n".join([TEXTS["da"]] * 12 + [TEXTS["nb"]] * 8)).da_share == pytest.approx(0.6, abs=0.02)
    assert identify("\n".join([TEXTS["sv"]] * 40)).label == "sv"


def test_a_line_in_doubt_goes_with_its_neighbours() -> None:
    """What is good Danish and good Bokmål is Danish among Danish lines, and Bokmål among Norwegian ones."""
    either = "Alle andre filer i mappen er allerede gemt på den samme plass"
    assert identify("\n".join([either, TEXTS["da"], TEXTS["da"]])).da_share == 1.0
    assert identify("\n".join([either, TEXTS["nb"], TEXTS["nb"]])).da_share == 0.0


@pytest.mark.parametrize(
    ("danish", "norwegian"),
    [
        ("Hun bor i en lejlighed", "Hun bor i en leilighet"),
        ("Kan du lide vejret?", "Liker du været?"),
        ("Det er en fornøjelse", "Det er en fornøyelse"),
    ],
)
def test_a_short_sentence_is_known_by_its_words(danish: str, norwegian: str) -> None:
    """One word that only one of the two has is enough, when an answer is asked for however short the text is."""
    assert identify(danish, letters_min=1).label == "da"
    assert identify(norwegian, letters_min=1).label != "da"


def test_what_the_model_is_shown() -> None:
    """Addresses, digits, punctuation and placeholders are no language; a comma tells, so it goes with its word."""
    assert normalise("Ring 33 12, skriv til a@b.dk eller ⟨E-MAIL⟩, se https://b.dk/c og /usr/bin/x!") == (
        "ring ,skriv til eller ,se og"
    )


@pytest.mark.parametrize("name", ["language.ftz", "language.words"])
def test_a_model_cut_in_half_is_not_loaded(name: str, tmp_path: Path) -> None:
    """A damaged file would load and answer nonsense; it is refused."""
    shutil.copytree(MODELS, tmp_path, dirs_exist_ok=True)
    whole = (MODELS / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(tmp_path)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    """The message names the folder to restore."""
    with pytest.raises(ModelError, match="restore"):
        load_model(tmp_path)


def test_the_model_is_small_and_its_recipe_complete() -> None:
    """Two megabytes at most, with labels, digests of the data, scores and licences beside it."""
    recipe = json.loads((MODELS / "language.json").read_text())
    assert sum((MODELS / f"language.{end}").stat().st_size for end in ("ftz", "words")) <= 2_000_000
    assert recipe["labels"] == sorted(TEXTS)
    assert set(recipe["data_sha256"]) == {"train.parquet", "dev.parquet", "SOURCES.md"}
    assert recipe["dev"]["doc"]["f1"] == 1.0
    assert recipe["dev"]["mid"]["nb_as_da"] <= 0.012
    assert all(source["licence"] and source["by"] for source in recipe["sources"].values())
