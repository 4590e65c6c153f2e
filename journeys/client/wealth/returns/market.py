"""The same money in the client's own target index: did advice add value, or lose less?"""

from collections.abc import Sequence

import msgspec
import pyxirr

from journeys.client.wealth.returns.money_weighted import sole_rate
from journeys.client.wealth.returns.rules import ReturnRules
from journeys.summed import summed


class AgainstMarket(msgspec.Struct, frozen=True):
    """Public-market equivalents; `None` where a measure is undefined."""

    ks_pme: float | None
    """What came back and is left, by what was paid in, all at the index; above 1 added value."""
    benchmark_value: float
    """What the index would have left after the same payments and withdrawals."""
    value_added: float
    """Of what is left: above 0 is more than the index, even where both lost."""
    ratio_net: float | None
    direct_alpha: float | None
    """Return a period above the index."""


def against_market(
    flows: Sequence[float], index: Sequence[float], nav: float, *, rules: ReturnRules
) -> AgainstMarket:
    """Compare with an index at equally spaced dates.

    Args:
        flows: from the client's side, paid in negative, one for each date.
        index: its level at the same dates, above 0.
        nav: worth at the last date, after its flow.
        rules: where a root is looked for.
    """
    grown = [flow * index[-1] / level for flow, level in zip(flows, index, strict=True)]
    paid = -summed(flow for flow in grown if flow < 0)
    received = summed(flow for flow in grown if flow > 0)
    benchmark = paid - received
    return AgainstMarket(
        ks_pme=(received + nav) / paid if paid > 0 else None,
        benchmark_value=benchmark,
        value_added=nav - benchmark,
        ratio_net=nav / benchmark if benchmark > 0 else None,
        direct_alpha=_alpha([*grown[:-1], grown[-1] + nav], rules),
    )


def _alpha(grown: list[float], rules: ReturnRules) -> float | None:
    """The rate a period at which flows at today's index are worth nothing."""
    if not min(grown) < 0 < max(grown):
        return None
    conventional = pyxirr.is_conventional_cash_flow(grown)
    quick = pyxirr.irr(grown, silent=True) if conventional else None
    return sole_rate(list(enumerate(grown)), quick, rules)[0]
