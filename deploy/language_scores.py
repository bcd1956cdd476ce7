"""How well a language model does, by the program's own decisions: what the benchmark and the recipe both say.

All figures are for *is this Danish*. Classes are balanced: each true label weighs the same, however many rows it has,
so that a figure means the same on any set. Texts are taken as they are, by length in characters: short under 50, mid
50 to 150, long from 150 on. Documents are made of lines of one language and one source; mixed pages of paragraphs of
Danish and one other language.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from corpus.language import DANISH, identify

Labelled = tuple[str, str, str, str]
"""Label, text, source and language."""

LENGTHS = {"short": (1, 50), "mid": (50, 150), "long": (150, 100_000)}
DOCUMENTS = {"shortdoc": (150, 350), "doc": (500, 2_000)}
DOCUMENTS_MAX = 300
"""Documents made for each label and source; of other languages a twentieth of it for each language."""

MIXED_PAGES = 400
BINS = 10
"""Bins of equal width in the expected calibration error."""


def scores(rows: list[Labelled], chance: random.Random) -> dict[str, dict[str, float]]:
    """Figures at each length, for made documents and for mixed pages; without what the rows have no Danish for."""
    told = {}
    for name, (least, most) in LENGTHS.items():
        told[name] = danish([(row[0], row[1]) for row in rows if least <= len(row[1]) < most])
    for name, sizes in DOCUMENTS.items():
        told[name] = danish(list(documents(rows, sizes, chance)))
    told = {name: figures for name, figures in told.items() if figures}
    mixed = list(mixed_pages(rows, chance))
    if mixed:
        right = sum((identify(text).label == DANISH) == wanted for wanted, text in mixed)
        told["mixed"] = {"accuracy": round(right / len(mixed), 4), "texts": len(mixed)}
    return told


def danish(pairs: list[tuple[str, str]]) -> dict[str, float]:
    """Balanced F1, precision and recall of Danish; the share of Bokmål and of other languages taken for it."""
    said = Counter((label, identify(text, letters_min=1).label == DANISH) for label, text in pairs)
    rows = Counter(label for label, _ in pairs)
    if not rows[DANISH] or len(rows) < 2:
        return {}
    recall = said[DANISH, True] / rows[DANISH]
    wrong = {label: said[label, True] / rows[label] for label in rows if label != DANISH}
    precision = recall / (recall + sum(wrong.values())) if recall else 0.0
    f1 = 2 * precision * recall / (precision + recall) if recall else 0.0
    figures = {"f1": f1, "precision": precision, "recall": recall}
    figures |= {f"{label}_as_da": share for label, share in wrong.items() if label in ("nb", "nn", "sv", "other")}
    return {name: round(value, 4) for name, value in figures.items()} | {"texts": sum(rows.values())}


def documents(rows: Iterable[Labelled], sizes: tuple[int, int], chance: random.Random) -> Iterator[tuple[str, str]]:
    """Label and text of documents of so many characters, their lines drawn from one language and source."""
    texts: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for label, text, source, language in rows:
        texts[label, source, language if label == "other" else ""].append(text)
    for (label, _, language), lines in sorted(texts.items()):
        for _ in range(min(len(lines), DOCUMENTS_MAX // 20 if language else DOCUMENTS_MAX)):
            document, wanted = "", chance.randint(*sizes)
            while len(document) < wanted:
                document += chance.choice(lines) + "\n"
            yield label, document[: sizes[1]]


def mixed_pages(rows: Iterable[Labelled], chance: random.Random) -> Iterator[tuple[bool, str]]:
    """Pages of paragraphs in Danish and one other language, and whether they are more Danish than not.

    One of the two has at least 1.5 times the letters of the other, so that what is right is beyond dispute.
    """
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for label, text, _, _ in rows:
        if len(text) >= 60:
            texts[label].append(text)
    others = sorted(label for label in texts if label != DANISH and len(texts[label]) >= 20)
    if DANISH not in texts or not others:
        return
    made = 0
    while made < MIXED_PAGES:
        other = chance.choice(others)
        parts = [(label, " ".join(chance.choices(texts[label], k=chance.randint(1, 4)))) for label in
                 (DANISH if chance.random() < 0.5 else other for _ in range(chance.randint(3, 10)))]  # fmt: skip
        sizes = [sum(len(text) for label, text in parts if label == wanted) for wanted in (DANISH, other)]
        if min(sizes) and max(sizes) >= 1.5 * min(sizes):
            made += 1
            yield sizes[0] > sizes[1], "\n".join(text for _, text in parts)


def calibration_error(pairs: Iterable[tuple[bool, float]]) -> float:
    """Expected calibration error of answers that were right or not, each with its probability; `BINS` equal bins."""
    bins: defaultdict[int, list[tuple[bool, float]]] = defaultdict(list)
    for right, probability in pairs:
        bins[min(int(probability * BINS), BINS - 1)].append((right, probability))
    total = sum(map(len, bins.values()))
    gaps = (abs(sum(right - probability for right, probability in each)) for each in bins.values())
    return sum(gaps) / total if total else 0.0
