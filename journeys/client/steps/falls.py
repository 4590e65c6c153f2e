"""Falls of what a client holds below its highest value; what comes, goes or is traded is none."""

from math import ceil
from typing import Final

from msgspec.structs import replace

from journeys.client.journey.instance import Value
from journeys.client.steps import behaviour, journeys, wealth
from journeys.client.steps.draft import Draft

_WHOLE: Final = 10_000
"""Basis points in one."""


def carry_peak(draft: Draft, *, grown: int) -> None:
    """Money moved by `grown` fen: the peak moves in proportion, and the fall stays what it was."""
    after, peak = wealth.holdings_fen(draft), draft.scored.peak_fen
    before = after - grown
    moved = peak * after // before if before > 0 else after
    draft.scored = replace(draft.scored, peak_fen=max(after, moved))


def watch(draft: Draft) -> None:
    """A price moved: tell a fall beyond what the client tolerates, and each step from the peak."""
    value, scored = wealth.holdings_fen(draft), draft.scored
    if value >= scored.peak_fen:
        draft.scored = replace(scored, peak_fen=value, fallen_bp=0)
        return
    fall, told = 1 - value / scored.peak_fen, scored.fallen_bp / _WHOLE
    tolerable = draft.household.told.tolerable_loss
    is_beyond = tolerable is not None and fall > tolerable
    is_news = fall >= told + draft.edition.triggers.fall_from_peak
    if is_news or (is_beyond and tolerable is not None and told <= tolerable):
        draft.scored = replace(scored, fallen_bp=ceil(fall * _WHOLE))
        _tell(draft, fall, is_beyond=is_beyond)


def watch_anew(draft: Draft) -> None:
    """A price told too low was mended: the fall that it made never was."""
    draft.scored = replace(draft.scored, fallen_bp=0)
    watch(draft)


def _tell(draft: Draft, fall: float, *, is_beyond: bool) -> None:
    if is_beyond:
        behaviour.note(draft, "drawdown")
    said: dict[str, Value] = {"fell": "book", "fall": fall, "beyond_tolerance": is_beyond}
    at_risk = wealth.invested_fen(draft)
    if at_risk is not None:
        said["at_risk"] = at_risk
    journeys.trigger(draft, "fell", said, (draft.cause.mark,))
