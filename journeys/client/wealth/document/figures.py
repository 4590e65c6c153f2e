"""A diagnosis in the words of the wire: whole fen, and no rate that may not be shown."""

from collections.abc import Iterable

from journeys.client.wealth.document.document import Finding
from journeys.client.wealth.document.xray import XRay
from journeys.client.wealth.returns.account import Account, Earned
from schemas import diagnosis as wire


def findings(found: Iterable[Finding]) -> tuple[wire.Finding, ...]:
    """One half of a diagnosis."""
    return tuple(_finding(one) for one in found)


def xrayed(found: XRay) -> wire.XRayed:
    """The portfolio looked through."""
    return wire.XRayed(
        value_fen=found.value_fen,
        by_group=_slices(found.by_group.items()),
        by_level=_slices((f"R{level}", fen) for level, fen in found.by_level.items()),
        by_issuer=_slices(found.by_issuer),
        by_product=_slices(found.by_product),
        ladder=_slices(found.ladder.items()),
        fee_fen=found.fee_fen,
        excess_fee_fen=found.excess_fee_fen,
    )


def account_of(said: wire.Statement) -> Account:
    """A statement as the returns read it, in fen."""
    return Account(
        start=said.starts,
        end=said.ends,
        opening=float(said.opening_fen),
        closing=float(said.closing_fen),
        flows=[(one.day, float(one.amount_fen)) for one in said.flows],
        values={one.day: float(one.amount_fen) for one in said.values},
    )


def returned(said: wire.Statement, found: Earned) -> wire.Returned:
    """What a statement's accounts earned."""
    rate = found.money_weighted
    return wire.Returned(
        starts=said.starts,
        ends=said.ends,
        profit_fen=round(found.profit),
        modified_dietz=found.modified_dietz,
        money_weighted=rate.value if rate.is_shown else None,
        money_weighted_status=rate.status.value,
        time_weighted=found.time_weighted,
        time_weighted_yearly=found.time_weighted_yearly,
        behaviour_gap=found.behaviour_gap,
    )


def _finding(found: Finding) -> wire.Finding:
    said = found.remedy
    return wire.Finding(
        dimension=found.dimension,
        points=found.points,
        lost=found.lost,
        is_missing=found.is_missing,
        gain_points=None if said is None else said.gain_points,
        is_full=said is None or said.remedy.is_full,
        steps=()
        if said is None
        else tuple(
            wire.RemedyStep(do=step.do.value, amount=step.amount, about=step.about)
            for step in said.remedy.steps
        ),
    )


def _slices(parts: Iterable[tuple[str, int]]) -> tuple[wire.Slice, ...]:
    return tuple(wire.Slice(name=name, part_fen=fen) for name, fen in parts)
