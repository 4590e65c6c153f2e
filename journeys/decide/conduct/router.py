"""The first step: which rows a product and a purpose bring into play."""

from collections.abc import Iterable
from typing import Final, Literal

from journeys.catalogue.edition import ConductRule

Purpose = Literal["sale", "marketing", "service"]
REGIMES: Final = ("NFRA", "CSRC", "INS", "DEP")
_PRIVATE: Final = frozenset({"s16", "s17"})
_UNIT_LINKED: Final = "UL"
_READS: Final[dict[str, tuple[str, ...]]] = {
    "sale": ("s", "i", "rc"),
    "marketing": ("s", "i", "rc", "m", "ct", "pi"),
    "service": ("m", "ct", "pi"),
}
_SHARED: Final = "pi07"
"""Sharing data is read by a sale as well."""
_NOT_ON_NOTICES: Final = frozenset({"ct02", "ct03", "ct04"})


def route(
    rules: Iterable[ConductRule],
    *,
    regime: str | None,
    purpose: Purpose,
    is_private: bool = False,
    is_unit_linked: bool = False,
) -> tuple[ConductRule, ...] | None:
    """The rows that apply, in the order of the table; `None` where the regime is not known.

    Args:
        rules: all rows, in the order of the table.
        regime: NFRA, CSRC, INS or DEP; anything else is missing data, and no sale passes it.
        purpose: what is about to happen.
        is_private: private products of any regime have rows of their own (S16, S17).
        is_unit_linked: insurance that brings the rows of products with it (I03).
    """
    if regime not in REGIMES:
        return None
    of = {regime, _UNIT_LINKED} if is_unit_linked and regime == "INS" else {regime}
    return tuple(
        rule
        for rule in rules
        if of & set(rule.regimes)
        and _is_read(rule.id, purpose)
        and (is_private or rule.id not in _PRIVATE)
    )


def _is_read(rule: str, purpose: Purpose) -> bool:
    if purpose == "service" and rule in _NOT_ON_NOTICES:
        return False
    return rule.rstrip("0123456789") in _READS[purpose] or (purpose == "sale" and rule == _SHARED)
