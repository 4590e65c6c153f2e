"""A parameter set: the numbers of the method as one dated whole, read from a policy table."""

from collections.abc import Mapping
from datetime import date

import msgspec

from journeys.client.wealth.curve import Curve
from journeys.client.wealth.product import ProductKind
from journeys.client.wealth.rules import (
    AllocationRules,
    BookRules,
    ConcentrationRules,
    DebtRules,
    FeeRules,
    GoalRules,
    IdleRules,
    LiquidityRules,
    Market,
    Needs,
    ProtectionRules,
    RiskRules,
    TargetRules,
    TotalRules,
)
from journeys.errors import DefinitionError
from journeys.summed import summed

_FULL_POINTS = 100.0
_FEN_IN_A_YUAN = 100


class WealthParameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One parameter set. Released, it is never edited, only followed by another as a whole.

    Single tables carry no dates: a book knows by the id alone what it was added up under.
    """

    id: str
    """A new one for every change of a number."""
    owner: str
    valid_from: date
    market: Market
    book: BookRules
    needs: Needs
    target: TargetRules
    liquidity: LiquidityRules
    protection: ProtectionRules
    allocation: AllocationRules
    concentration: ConcentrationRules
    risk: RiskRules
    goals: GoalRules
    fees: FeeRules
    idle: IdleRules
    debt: DebtRules
    total: TotalRules


def from_table(table: Mapping[str, object]) -> WealthParameters:
    """The set written in a policy table, checked; yuan become fen here and nowhere else.

    Raises:
        DefinitionError: a key is missing, unknown or of another type, or numbers disagree.
    """
    try:
        parameters = msgspec.convert(_in_fen(table), WealthParameters)
    except msgspec.ValidationError as wrong:
        # The reader knows the key by its name in the table.
        told = str(wrong).replace("_fen`", "_yuan`")
        raise _refusal(table, f"{told[0].lower()}{told[1:]}") from wrong
    for complaint in _complaints(parameters):
        raise _refusal(table, complaint)
    return parameters


def _refusal(table: Mapping[str, object], complaint: str) -> DefinitionError:
    return DefinitionError(
        f"wealth parameters {table.get('id')!r}: {complaint}; correct policies/wealth.toml"
    )


def _in_fen(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(_named_in_fen(name, inner) for name, inner in value.items())
    return value


def _named_in_fen(name: str, value: object) -> tuple[str, object]:
    if not name.endswith("_yuan"):
        return name, _in_fen(value)
    fen = value * _FEN_IN_A_YUAN if isinstance(value, int | float) else value
    return f"{name.removesuffix('_yuan')}_fen", fen


def _complaints(parameters: WealthParameters) -> list[str]:
    """What no type can say."""
    total, book = parameters.total, parameters.book
    found = [f"curve `{name}` needs two knots or more, ascending" for name in _bent(parameters)]
    if summed(total.weights) != _FULL_POINTS:
        found.append(f"`total.weights` add up to {summed(total.weights)}, not {_FULL_POINTS}")
    if list(total.cuts) != sorted(total.cuts, reverse=True):
        found.append("`total.cuts` must descend")
    if missing := [kind.value for kind in ProductKind if kind not in book.kind_quarters]:
        found.append(f"`book.kind_quarters` leaves out {', '.join(missing)}")
    days = [upto for upto, _ in book.cash_tenths]
    if days != sorted(set(days)):
        found.append("`book.cash_tenths` must ascend in days")
    return found


def _bent(parameters: WealthParameters) -> list[str]:
    """Names of the curves that cannot be read."""
    curves = {
        "target.equity_by_age": parameters.target.equity_by_age,
        "target.equity_by_horizon": parameters.target.equity_by_horizon,
        "liquidity.curve": parameters.liquidity.curve,
        "protection.premium": parameters.protection.premium,
        "allocation.curve": parameters.allocation.curve,
        "concentration.curve": parameters.concentration.curve,
        "risk.excess": parameters.risk.excess,
        "risk.shortfall": parameters.risk.shortfall,
        "risk.test_age": parameters.risk.test_age,
        "goals.funded": parameters.goals.funded,
        "goals.real_return": parameters.goals.real_return,
        "fees.curve": parameters.fees.curve,
        "idle.idle": parameters.idle.idle,
        "idle.maturing": parameters.idle.maturing,
        "debt.service": parameters.debt.service,
        "debt.costly": parameters.debt.costly,
    }
    return [name for name, curve in curves.items() if not _ascends(curve)]


def _ascends(curve: Curve) -> bool:
    steps = [x for x, _ in curve]
    return len(steps) > 1 and steps == sorted(set(steps))
