"""What a propensity may look at, cut into a few fixed bins; a missing answer is a bin too."""

from bisect import bisect_right
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from journeys.identity import short_hash

Value = float | int | str | None
"""What a measure says; `None` if it is not known."""

MISSING: Final = 0
"""The bin of what is not known."""
MOST_BINS: Final = 12
MOST_PREDICTORS: Final = 20

UNITS: Final = MappingProxyType(
    {
        "activity": "count",
        "age": "years",
        "contacts": "count",
        "days_since_contact": "days",
        "days_to_maturity": "days",
        "fall": "share",
        "group_outcome": "word",
        "holdings": "count",
        "hour": "hour",
        "inbound": "word",
        "intents_on": "count",
        "own_adviser": "word",
        "risk_class": "count",
        "score": "points",
        "tier": "word",
        "topic_chance": "share",
        "value": "CNY",
        "weekday": "word",
    }
)
"""Every measure that a predictor may read, with its unit; `decide/propensity.py` takes them."""

FORBIDDEN: Final = MappingProxyType(
    {
        **dict.fromkeys(
            ("sex", "gender", "ethnicity", "religion", "health", "disability", "pregnancy"),
            "it is a trait that nobody may be judged by",
        ),
        **dict.fromkeys(
            ("marital", "marital_status", "married", "language", "birthplace", "surname"),
            "it stands for a trait that nobody may be judged by",
        ),
        **dict.fromkeys(
            ("duration", "call_duration", "call_seconds", "outcome", "answer", "goal"),
            "it is known only after the contact",
        ),
        **dict.fromkeys(
            ("commission", "revenue", "margin", "fee_income"), "nothing that the bank earns is read"
        ),
    }
)
"""What no predictor may read or be called, and why."""


_DIGITS: Final = "0123456789abcdef"


class Predictor(msgspec.Struct, frozen=True):
    """One measure with its bins: `MISSING`, then by `cuts` ascending, or by `words` and others."""

    id: str
    """The measure that it reads."""
    name_zh: str
    name_en: str
    cuts: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many bins there are."""
        return 2 + len(self.cuts) + len(self.words)

    def bin_of(self, value: Value) -> int:
        """The bin that a value falls into; a cut belongs to the bin above it.

        Example:
            >>> age = Predictor("age", "年龄", "Age", cuts=(30, 60))
            >>> [age.bin_of(value) for value in (None, 29, 30, 75)]
            [0, 1, 2, 3]
        """
        if value is None:
            return MISSING
        if isinstance(value, str):
            return 1 + (self.words.index(value) if value in self.words else len(self.words))
        return 1 + bisect_right(self.cuts, value)


def stamp_of(predictors: Sequence[Predictor]) -> str:
    """Short hash of every bin's meaning: counts belong to bins that were cut alike.

    Names may be mended without starting over.
    """
    said = [f"{one.id}:{one.cuts}:{one.words}" for one in predictors]
    return f"{short_hash(*said):x}"


def written(bins: Sequence[int]) -> str:
    """Bins as a record keeps them: one hexadecimal digit each.

    Example:
        >>> written((0, 3, 11))
        '03b'
    """
    return "".join(map(_DIGITS.__getitem__, bins))


def read(text: str) -> tuple[int, ...]:
    """Bins from a record.

    Raises:
        ValueError: a character is no hexadecimal digit.
    """
    return tuple(int(digit, 16) for digit in text)
