"""Checks of a book: what looks like moving the score instead of the client's health."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from journeys.catalogue.edition import BookPolicy


class Trade(msgspec.Struct, frozen=True):
    """A trade: positive bought, negative sold."""

    day: date
    product: str
    fen: int


class Edit(msgspec.Struct, frozen=True):
    """A change of a profile field or of the risk class."""

    day: date
    field: str
    old: float | None
    new: float | None
    confirmed_by: Literal["client", "core", "adviser"]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What a period's checks read of one client."""

    trades: tuple[Trade, ...] = ()
    edits: tuple[Edit, ...] = ()
    diagnoses: tuple[date, ...] = ()
    moved_in: date | None = None
    """When the client came into the book, or left it, inside the period."""


def flags(client: Watched, policy: BookPolicy, *, ends: date) -> tuple[str, ...]:
    """Everything found, in a fixed order; each holds credit until it is reviewed."""
    found = (
        ("trade_before_diagnosis", _traded_for_show(client, policy)),
        ("class_up_without_facts", _upgraded(client.edits, policy)),
        ("spending_retyped", _retyped(client.edits, ends, policy)),
        ("cohort_edited", client.moved_in is not None and _is_last(client.moved_in, ends, policy)),
    )
    return tuple(name for name, is_so in found if is_so)


def _is_last(day: date, ends: date, policy: BookPolicy) -> bool:
    return (ends - day).days <= policy.last_days


def _traded_for_show(client: Watched, policy: BookPolicy) -> bool:
    """Bought or sold just before a diagnosis and undone soon after."""
    return any(
        0 <= (shown - trade.day).days <= policy.before_diagnosis
        and any(_undoes(trade, later, policy) for later in client.trades)
        for shown in client.diagnoses
        for trade in client.trades
    )


def _undoes(trade: Trade, later: Trade, policy: BookPolicy) -> bool:
    soon = 0 < (later.day - trade.day).days <= policy.undone_within
    return soon and later.product == trade.product and later.fen * trade.fen < 0


def _upgraded(edits: Sequence[Edit], policy: BookPolicy) -> bool:
    """A higher class without any confirmed fact shortly before it."""
    return any(
        not any(
            other.field != "C"
            and other.confirmed_by != "adviser"
            and 0 <= (edit.day - other.day).days <= policy.facts_within
            for other in edits
        )
        for edit in edits
        if edit.field == "C" and (edit.new or 0) > (edit.old or 0) > 0
    )


def _retyped(edits: Sequence[Edit], ends: date, policy: BookPolicy) -> bool:
    """Spending typed down in the last days, with nothing to prove it."""
    return any(
        edit.field == "E"
        and edit.confirmed_by != "core"
        and _is_last(edit.day, ends, policy)
        and edit.old is not None
        and edit.new is not None
        and edit.new < edit.old * (1 - policy.retyped)
        for edit in edits
    )
