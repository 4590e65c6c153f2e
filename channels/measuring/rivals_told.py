"""Which actions win and lose, as lines of two tables, in words; and as JSON data."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, NamedTuple

from channels.measuring.told import NONE, interval, too_few, written
from channels.workbench.wording import Words
from streams.readmodel.measuring.figure import Figure
from streams.readmodel.measuring.measures import Measured
from streams.readmodel.measuring.rivals import NO_ACTION, Pair, Standing

_MOST_PAIRS: Final = 15
"""Pairs that a table lists; the JSON has all."""


class StandingLine(NamedTuple):
    """One action among its rivals as it reads; `–` where nothing is to be said."""

    action: str
    ranked: int
    won: str
    won_interval: str
    lost_to: str
    auc: str
    auc_interval: str
    contacts: int
    """Whose chance could be judged."""
    is_good: bool | None
    """The chances' telling apart."""
    remark: str


def standing_lines(found: Measured, words: Words) -> list[StandingLine]:
    """Every action that was ranked, those ranked most often first."""
    return [_standing(one, found, words) for one in found.standings]


def _standing(one: Standing, found: Measured, words: Words) -> StandingLine:
    won, auc = found.asked.rule("win_loss"), found.asked.rule("model_auc")
    lost_to = NONE
    if one.lost_to is not None:
        who, many = _name(one.lost_to, words), f"{one.lost_to_many:,}"
        lost_to = words.say("%(who)s × %(n)s", who=who, n=many)
    return StandingLine(
        action=_name(one.action, words),
        ranked=one.won.n,
        won=written(one.won.value, won, words),
        won_interval=interval(one.won.low, one.won.high, won, words),
        lost_to=lost_to,
        auc=written(one.apart.value, auc, words),
        auc_interval=interval(one.apart.low, one.apart.high, auc, words),
        contacts=one.apart.n,
        is_good=one.apart.is_good,
        remark=_remark(one.apart, found, words),
    )


def _remark(apart: Figure, found: Measured, words: Words) -> str:
    rule = found.asked.rule("model_auc")
    if apart.n < rule.shown_from:
        return words.say("AUC shown from %(n)s contacts", n=rule.shown_from)
    if apart.status == "few":
        return too_few(apart, rule, words)
    return words.say("look for a leak") if (apart.value or 0) > (rule.good_most or 1) else ""


class PairLine(NamedTuple):
    """One action chosen over another, as it reads."""

    chosen: str
    over: str
    many: int
    goals: str
    goals_interval: str
    contacts: int
    """Old enough to be judged."""


def pair_lines(found: Measured, words: Words) -> tuple[list[PairLine], int]:
    """The pairs met most often, and how many more there are."""
    told = [_pair(one, found, words) for one in found.pairs[:_MOST_PAIRS]]
    return told, len(found.pairs) - len(told)


def _pair(one: Pair, found: Measured, words: Words) -> PairLine:
    rule, goals = found.asked.rule("win_loss"), one.goals
    return PairLine(
        chosen=_name(one.chosen, words),
        over=_name(one.over, words),
        many=one.many,
        goals=written(goals.value, rule, words),
        goals_interval=interval(goals.low, goals.high, rule, words),
        contacts=goals.n,
    )


def _name(action: str, words: Words) -> str:
    return words.say("no action") if action == NO_ACTION else words.action(action)


def documents(found: Measured) -> dict[str, Sequence[Any]]:
    """Both tables, whole."""
    return {
        "standings": [asdict(one) for one in found.standings],
        "pairs": [asdict(one) for one in found.pairs],
    }
