"""A text made plain: compatible forms, simplified characters, nothing between; clauses kept.

Clauses are found before punctuation is taken out, because a negation reaches no further than the
clause that it stands in, while a word may be cut by any punctuation.
"""

import re
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from unicodedata import category, normalize

import msgspec

_HAN = "[\u3005\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Drawn as nothing, though Unicode files them as letters or marks."""
_SELECTORS = range(0xFE00, 0xFE10)


class Smoothing(msgspec.Struct, frozen=True):
    """What is taken out of a text, and which characters are folded."""

    dropped: re.Pattern[str]
    between_han: re.Pattern[str]
    ends_clause: re.Pattern[str]
    folded: dict[int, str]
    """Simplified form by the code point of the traditional one."""


class Plain(NamedTuple):
    """A plain text and where its clauses lie."""

    text: str
    clauses: tuple[tuple[int, int], ...]
    """Start and end (exclusive) of each clause that is not empty, ascending; they cover it all."""


def smoothing(
    *, dropped: str, between_han: str, ends_clause: str, traditional: str, simplified: str
) -> Smoothing:
    """Compile the rules.

    Raises:
        re.error: a pattern is none.
        ValueError: the two rows of forms differ in length.
    """
    return Smoothing(
        dropped=re.compile(dropped),
        between_han=re.compile(f"(?<={_HAN}){between_han}+(?={_HAN})"),
        ends_clause=re.compile(ends_clause),
        folded=dict(zip(map(ord, traditional), simplified, strict=True)),
    )


def plain(text: str, rules: Smoothing) -> Plain:
    """Make a text plain, in time linear in its length."""
    seen = "".join(char for char in text if not _is_unseen(char))
    folded = normalize("NFKC", seen).translate(rules.folded)
    pieces = [_smooth(piece, rules) for piece in rules.ends_clause.split(folded)]
    pieces = [piece for piece in pieces if piece]
    ends = tuple(accumulate(len(piece) for piece in pieces))
    return Plain("".join(pieces), tuple(zip((0, *ends), ends, strict=False)))


def _smooth(piece: str, rules: Smoothing) -> str:
    return rules.between_han.sub("", rules.dropped.sub("", piece))


@lru_cache(maxsize=8192)  # about as many as a language's texts are written with
def _is_unseen(char: str) -> bool:
    if char.isascii():
        return False
    return char in _UNSEEN or ord(char) in _SELECTORS or category(char) == "Cf"
