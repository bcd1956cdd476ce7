"""What a release is held against before it is sealed; the checks are in `corpus.checks`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """What a release is held against.

    `text_chars_max` is the longest text. Of every shard the texts of the first `personal_sample` documents are looked
    through for personal data, of which there may be `personal_per_million_max` in a million words of a source. At least
    `danish_share_min` of a source's letters stand in Danish lines: refinement takes no page with less, and a source may
    be one such page, or a manual that is translated by half.
    """

    text_chars_max: int = 5_000_000
    personal_sample: int = 50
    personal_per_million_max: float = 5.0
    danish_share_min: float = 0.5
