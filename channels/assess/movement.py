"""`assess movement`: what a chain of events does to a score, step by step and by cause."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from channels.assess.clients import Catalog, Client, catalog, changed, client, profile_after
from channels.assess.reading import At
from channels.assess.score import LABELS, lots
from journeys.client.wealth.attribution import STILL, Causes, moved, should_emit
from journeys.client.wealth.book import book_of
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.rules import CLASSES
from journeys.client.wealth.score import Label, Score, score

_CAUSES: Final = tuple(cause.value for cause in Causes)
_EVENT: Final = ("cause", "legs", "values", "set", "params", "catalog_set")


class Life(msgspec.Struct):
    """A client between events, with the catalogue and the parameters as this client has them."""

    client: Client
    catalogue: dict[str, Any]
    parameters: WealthParameters

    def score(self, previous: Label | None = None) -> Score:
        """The score as it stands; the book is added up anew, for anything may have changed."""
        book = book_of(lots(self.client.holdings, self.catalogue), self.parameters)
        return score(book, self.client.profile, self.parameters, previous_label=previous)


def answers(form: At, parameters: WealthParameters) -> list[dict[str, Any]]:
    """One result for each case, in order."""
    catalogue = catalog(form)
    return [_answer(case, catalogue, parameters) for case in form.name("cases").items()]


def _answer(case: At, catalogue: Catalog, parameters: WealthParameters) -> dict[str, Any]:
    life = Life(client(case.name("client"), catalogue), dict(catalogue), parameters)
    first = before = life.score()
    said, said_label = first.total, first.label
    movement, steps, causes, label = STILL, [], set(), first.label
    for event in case.name("events").items():
        cause = apply(event, life)
        now, held = life.score(), life.score(previous=label)
        emit = should_emit(said, said_label, held, life.parameters)
        movement = moved(movement, cause, before=before.total, after=now.total)
        causes.add(cause)
        steps.append(
            {
                "cause": cause.value,
                "S": now.total,
                "dS": now.total - before.total,
                "label": LABELS[now.label],
                "label_with_hysteresis": LABELS[held.label],
                "emit": emit,
            }
        )
        before, label = now, held.label
        if emit:
            said, said_label = held.total, held.label
    return {
        "S_start": first.total,
        "S_end": before.total,
        "by_cause": {
            cause.value: movement.by_cause.get(cause, 0.0) for cause in Causes if cause in causes
        },
        "steps": steps,
    }


def apply(event: At, life: Life) -> Causes:
    """Change a life by one event, all its parts at once; its cause is as given."""
    event.only(_EVENT)
    cause = Causes(event.name("cause").one_of(_CAUSES))
    for name, change in _PARTS.items():
        part = event.maybe(name)
        if part is not None:
            change(part, life)
    return cause


def _trade(part: At, life: Life) -> None:
    for key, leg in part.members():
        fen = life.client.holdings.get(_known(key, leg, life), 0) + leg.fen(float("-inf"))
        if fen < 0:
            leg.refuse(f"{leg.value}: sells more than is held; a position is never below 0")
        life.client.holdings[key] = fen


def _revalue(part: At, life: Life) -> None:
    for key, value in part.members():
        life.client.holdings[_known(key, value, life)] = value.fen()


def _retell(part: At, life: Life) -> None:
    life.client.profile = profile_after(life.client.profile, part)


def _regrade(part: At, life: Life) -> None:
    for key, change in part.members():
        life.catalogue[key] = changed(life.catalogue[_known(key, change, life)], change)


def _known(key: str, at: At, life: Life) -> str:
    at.named(key, life.catalogue, "product")
    return key


def _reset(part: At, life: Life) -> None:
    """Another parameter set, with an id of its own: a book knows what it was added up under."""
    part.only(_PARAMETERS)
    parameters = life.parameters
    for name, value in part.members():
        parameters = _PARAMETERS[name](value, parameters)
    life.parameters = replace(parameters, id=f"{parameters.id}+")


_PARTS: Final[Mapping[str, Callable[[At, Life], None]]] = {
    "params": _reset,
    "catalog_set": _regrade,
    "set": _retell,
    "legs": _trade,
    "values": _revalue,
}


Change = Callable[[At, WealthParameters], WealthParameters]


def _in(table: str, field: str, read: Callable[[At], Any]) -> Change:
    """A change of one number, or row of numbers, in one table of the set."""

    def change(said: At, parameters: WealthParameters) -> WealthParameters:
        numbers = replace(getattr(parameters, table), **{field: read(said)})
        return replace(parameters, **{table: numbers})

    return change


def _five(said: At) -> tuple[float, ...]:
    return tuple(each.number() for each in said.row(5, 5, "five numbers"))


def _five_shares(said: At) -> tuple[float, ...]:
    return tuple(each.number(0, 1) for each in said.row(5, 5, "five numbers"))


def _five_points(said: At) -> tuple[int, ...]:
    return tuple(each.whole(0, 10_000) for each in said.row(5, 5, "five numbers"))


def _pairs(said: At) -> tuple[tuple[str, str, float], ...]:
    """Correlations as {"EQ,ALT": 0.15} or [["EQ", "ALT", 0.15]]; others are none."""
    if isinstance(said.value, list):
        rows = [row.row(3, 3, "[class, class, rho]") for row in said.items()]
        return tuple(_pair(f"{one.text()},{other.text()}", rho) for one, other, rho in rows)
    return tuple(_pair(pair, rho) for pair, rho in said.members() if pair != "other")


def _pair(pair: str, rho: At) -> tuple[str, str, float]:
    one, _, other = (name.strip() for name in pair.partition(","))
    if one == other or not {one, other} <= set(CLASSES):
        rho.refuse(f"'{pair}' is no pair of {', '.join(CLASSES)}; write \"EQ,ALT\"")
    return one, other, rho.number(-1, 1)


def _share(said: At) -> float:
    return said.number(0, 1)


_PARAMETERS: Final[Mapping[str, Change]] = {
    "mu": _in("market", "mean", _five),
    "sd": _in("market", "deviation", _five_shares),
    "rho": _in("market", "correlations", _pairs),
    "f0": _in("book", "benchmark_fee_bp", _five_points),
    "E_C": _in("target", "equity_by_class", _five_shares),
    "A_C": _in("target", "alternatives_by_class", _five_shares),
    "sigma_C": _in("risk", "volatility_by_class", _five_shares),
    "z": _in("market", "shortfall_factor", lambda said: said.number(0, 100)),
    "pi": _in("market", "inflation", lambda said: said.number(-1, 1)),
    "IMP": _in("total", "imputation", _share),
}
