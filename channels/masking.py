"""Free text without personal numbers: a card's, an identity's, a telephone's."""

import re
from typing import Final

MASK: Final = "***"
_APART: Final = r"[\s()\-\u2010-\u2015\u2212\uff08\uff09\uff0d]{0,3}"
"""Between two digits of one number: spaces, dashes, brackets; full-width ones too."""
_SPLIT: Final = r"(?<=\d{3})\s?[./\u00b7\uff0e\uff0f]\s?(?=\d{3})"
"""Dots and slashes part groups of a number; between shorter ones they make a rate or a date."""
_NUMBERS: Final = re.compile(
    r"(?P<date>(?<!\d)20\d\d-\d\d?-\d\d?(?![\d-]))"
    rf"|\d(?:(?:{_SPLIT}|{_APART})\d){{6,}}"
)
"""Seven digits and more; a date keeps its dashes and is none."""


def mask(text: str) -> str:
    """The text with every long number replaced.

    Example:
        >>> mask("2026-11-30 call 138.0000.0000 for 1280")
        '2026-11-30 call *** for 1280'
    """
    return _NUMBERS.sub(lambda found: found["date"] or MASK, text)
