"""The contact policy, from TOML: the bank's whole row, and rows of branches and outlets."""

from collections.abc import Callable, Mapping
from typing import Final

from journeys.catalogue.dating import Dated, scoped
from journeys.catalogue.edition import ContactPolicy
from journeys.catalogue.narrowing import CONTACT
from journeys.catalogue.rows import Row
from journeys.catalogue.scope import scope_of
from schemas.time import DAY, MINUTE

_WEEK: Final = 7 * DAY
"""The widest window that a contact cap reads."""
_KEYS: Final[Mapping[str, Callable[[Row], int]]] = {
    "marketing_per_day": lambda row: row.count("marketing_per_day", most=10),
    "marketing_per_week": lambda row: row.count("marketing_per_week", most=50),
    "calls_per_week": lambda row: row.count("calls_per_week", most=50),
    "opens": lambda row: row.clock("opens"),
    "closes": lambda row: row.clock("closes"),
    "opening_spread": lambda row: row.span("opening_spread", least=MINUTE),
    "decline_action": lambda row: row.span("decline_action"),
    "decline_group": lambda row: row.span("decline_group"),
    "attempts": lambda row: row.count("attempts", least=1, most=10),
    "retry_unreached": lambda row: row.span("retry_unreached", least=MINUTE),
    "offer_holds": lambda row: row.span("offer_holds", least=MINUTE),
    "remember_touches": lambda row: row.span("remember_touches"),
    "ask_again_stopped": lambda row: row.span("ask_again_stopped", least=MINUTE),
}


def contact(row: Row) -> list[Dated]:
    """Caps, hours and cool-downs. A narrower row says only what it tightens."""
    scope = scope_of(row)
    if scope is not None:
        return scoped(row, "contact", ("contact",), _tightened(row), scope=scope)
    policy = ContactPolicy(**{key: read(row) for key, read in _KEYS.items()})
    if policy.opens >= policy.closes:
        row.fault("'closes' is not after 'opens'; write the end of the hours", "closes")
    if policy.remember_touches < _WEEK:
        row.fault(
            "the weekly caps read a window of 7d, longer than the touches kept; "
            'write remember_touches = "7d" or more',
            "remember_touches",
        )
    return scoped(row, "contact", ("contact",), policy, scope=None)


def _tightened(row: Row) -> dict[str, int]:
    for key in _KEYS.keys() - CONTACT.keys():
        if row.has(key):
            row.shown(key)
            row.fault(
                f"'{key}' is how the engine works, the same for the whole bank; remove it", key
            )
    found = {key: read(row) for key, read in _KEYS.items() if key in CONTACT and row.has(key)}
    if not found:
        row.fault(f"says nothing that is tighter; write one of {', '.join(CONTACT)}")
    return found
