"""`assess returns`: accounts, rates, market equivalents, attribution, answers, advice."""

from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any, Final, get_args

from channels.assess.reading import At, FormError
from journeys.catalogue.edition import Edition
from journeys.client.wealth.returns.account import Account, earned
from journeys.client.wealth.returns.advice import Switch, worth
from journeys.client.wealth.returns.brinson import attribute
from journeys.client.wealth.returns.market import against_market
from journeys.client.wealth.returns.money_weighted import Basis, money_weighted
from journeys.client.wealth.returns.promoters import promoter_score

_BASES: Final[tuple[Basis, ...]] = get_args(Basis)
_WEIGHT_SLACK: Final = 0.01
_MOST_MONEY: Final = 1e15


def answers(form: At, policy: Edition) -> list[dict[str, Any]]:
    """One result for each case, in order."""
    return [_answer(case, policy) for case in form.name("cases").items()]


def _answer(case: At, policy: Edition) -> dict[str, Any]:
    kind = case.name("kind").one_of(tuple(_KINDS))
    said = case.name("input")
    return {name: _finite(value) for name, value in _KINDS[kind](said, policy).items()}


def _finite(value: Any) -> Any:  # noqa: ANN401 - any value of an answer
    return None if isinstance(value, float) and not isfinite(value) else value


def _client(said: At, policy: Edition) -> dict[str, Any]:
    found = earned(account(said), rules=policy.returns)
    return {
        "pnl": found.profit,
        "modified_dietz": found.modified_dietz,
        "xirr": found.money_weighted.value,
        "shown": found.money_weighted.is_shown,
        "status": found.money_weighted.status.value,
        "conventional": found.money_weighted.is_conventional,
        "twr": found.time_weighted,
        "twr_pa": found.time_weighted_yearly,
        "gap": found.behaviour_gap,
    }


def account(said: At) -> Account:
    """An account over a period, from the input of kind `client`."""
    said.only(("start", "end", "V0", "VE", "flows", "values"))
    start, end = said.name("start").day(), said.name("end").day()
    if end < start:
        said.name("end").refuse("the period ends before it starts")
    flows, values = said.maybe("flows"), said.maybe("values")
    return Account(
        start=start,
        end=end,
        opening=_money(said.name("V0"), least=0),
        closing=_money(said.name("VE"), least=0),
        flows=[] if flows is None else [_within(one, start, end) for one in _flows(flows)],
        values={} if values is None else dict(_valuation(*one) for one in values.members()),
    )


def _flows(said: At) -> list[tuple[At, date, float]]:
    found = []
    for row in said.items():
        day, amount = row.row(2, 2, "[date, amount]")
        found.append((row, day.day(), _money(amount)))
    return found


def _within(flow: tuple[At, date, float], start: date, end: date) -> tuple[date, float]:
    row, day, amount = flow
    if not start <= day <= end:
        row.refuse(f"{day} lies outside the period {start} to {end}")
    return day, amount


def _valuation(day: str, value: At) -> tuple[date, float]:
    try:
        return date.fromisoformat(day), _money(value, least=0)
    except ValueError as error:
        if isinstance(error, FormError):
            raise
        value.refuse(f"'{day}' is no date; write it as 2026-11-26")


def _money(said: At, *, least: float = -_MOST_MONEY) -> float:
    return said.number(least, _MOST_MONEY)


def _xirr(said: At, policy: Edition) -> dict[str, Any]:
    said.only(("flows", "basis"))
    basis = said.maybe("basis")
    chosen = _BASES[0] if basis is None else _BASES[_BASES.index(basis.one_of(_BASES))]
    flows = [(day, amount) for _, day, amount in _flows(said.name("flows"))]
    found = money_weighted(flows, basis=chosen, rules=policy.returns)
    return {"xirr": found.value, "status": found.status.value}


def _pme(said: At, policy: Edition) -> dict[str, Any]:
    said.only(("flows", "index", "nav"))
    flows = [_money(each) for each in said.name("flows").items()]
    index = said.name("index")
    levels = [each.number(0, _MOST_MONEY) for each in index.items()]
    if not levels or len(levels) != len(flows):
        index.refuse(f"{len(levels)} levels for {len(flows)} flows; write one for each")
    if min(levels) <= 0:
        index.refuse("a level of 0; an index is above 0")
    nav = _money(said.name("nav"), least=0)
    found = against_market(flows, levels, nav, rules=policy.returns)
    return {
        "ks_pme": found.ks_pme,
        "bench_E": found.benchmark_value,
        "VA": found.value_added,
        "ratio_net": found.ratio_net,
        "direct_alpha": found.direct_alpha,
    }


def _brinson(said: At, _: Edition) -> dict[str, Any]:
    names = ("wp", "wb", "rp", "rb")
    said.only(names)
    columns = [[each.number() for each in said.name(name).items()] for name in names]
    for name, column in zip(names, columns, strict=True):
        if len(column) != len(columns[0]):
            said.name(name).refuse(f"{len(column)} numbers, not {len(columns[0])} as in 'wp'")
    for name in ("wp", "wb"):
        total = sum(columns[names.index(name)])
        if abs(total - 1) > _WEIGHT_SLACK:
            said.name(name).refuse(f"weights add up to {total:.4f}, not 1")
    found = attribute(list(zip(*columns, strict=True)))
    return {
        "Rp": found.portfolio,
        "Rb": found.benchmark,
        "A": found.allocation,
        "S": found.selection,
        "I": found.interaction,
        "sum": found.total,
    }


def _nps(said: At, policy: Edition) -> dict[str, Any]:
    said.only(("answers",))
    given = [each.whole(0, 10) for each in said.name("answers").items()]
    found = promoter_score(given, policy.promoters)
    return {
        "n": found.answers,
        "nps": found.score,
        "se": found.error,
        "publish": found.is_published,
    }


def _advice(said: At, _: Edition) -> dict[str, Any]:
    said.only(("v", "r_new", "r_old", "cost"))
    switch = Switch(
        value=_money(said.name("v"), least=0),
        new_return=said.name("r_new").number(),
        old_return=said.name("r_old").number(),
        cost=_money(said.name("cost"), least=0),
    )
    return {"value": worth(switch)}


_KINDS: Final[Mapping[str, Callable[[At, Edition], dict[str, Any]]]] = {
    "client": _client,
    "xirr": _xirr,
    "pme": _pme,
    "brinson": _brinson,
    "nps": _nps,
    "advice": _advice,
}
