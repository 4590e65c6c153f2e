"""Catalogue rows, households and holdings of a form, as the wealth room knows them."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from channels.assess.reading import At
from journeys.client.wealth.book import MOST_FEN, Lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile

ROW: Final = ("product", "issuer", "kind", "R", "d", "f", "x", "iv", "mat", "idle", "roll")
_FEWEST: Final = len(ROW) - 1
_BASIS: Final = 10_000
_MOST_DAYS: Final = 36_500
_ROW_SAID: Final = "[product, issuer, kind, R, d, f, x, iv, mat, idle] and perhaps roll"


class Template(msgspec.Struct, frozen=True):
    """A catalogue row: the facts of a product, and a lot of it without a value."""

    facts: ProductFacts
    lot: Lot

    def of(self, fen: int) -> tuple[Lot, ProductFacts]:
        """A lot of this value."""
        return replace(self.lot, value_fen=fen), self.facts


Catalog = Mapping[str, Template]


class Client(msgspec.Struct):
    """A client of a form. Holdings: fen by catalogue key."""

    profile: Profile
    holdings: dict[str, int]


def catalog(form: At) -> dict[str, Template]:
    """The catalogue of a form."""
    return {key: template(row) for key, row in form.name("catalog").members()}


def template(row: At) -> Template:
    """One row."""
    cells = row.row(_FEWEST, len(ROW), _ROW_SAID)
    said = dict(zip(ROW, cells, strict=False))
    read: dict[str, Any] = {name: _CELLS[name](cell) for name, cell in said.items()}
    return _template(read)


def changed(old: Template, change: At) -> Template:
    """A row with some of its fields set anew."""
    change.only(ROW)
    facts, lot = old.facts, old.lot
    read: dict[str, Any] = {
        "product": facts.product,
        "issuer": facts.issuer,
        "kind": facts.kind,
        "R": facts.level,
        "d": lot.days_to_cash,
        "f": facts.fee_bp,
        "x": facts.look_through,
        "iv": facts.idiosyncratic_bp,
        "mat": lot.days_to_maturity,
        "idle": lot.idle,
        "roll": lot.rolls_over,
    }
    return _template(read | {name: _CELLS[name](cell) for name, cell in change.members()})


def _template(said: dict[str, Any]) -> Template:
    facts = ProductFacts(
        product=said["product"],
        issuer=said["issuer"],
        kind=said["kind"],
        level=said["R"],
        days_to_cash=said["d"],
        fee_bp=said["f"],
        look_through=said["x"],
        idiosyncratic_bp=said["iv"],
        idle=said["idle"],
    )
    lot = Lot(
        product=said["product"],
        facts_version=1,
        value_fen=0,
        days_to_cash=said["d"],
        days_to_maturity=said["mat"],
        idle=said["idle"],
        rolls_over=said.get("roll", False),
    )
    return Template(facts, lot)


def _mix(cell: At) -> tuple[int, ...]:
    mix = tuple(part.whole(0, _BASIS) for part in cell.row(5, 5, "[CASH, FIX, BOND, EQ, ALT]"))
    if sum(mix) != _BASIS:
        cell.refuse(f"look-through adds up to {sum(mix)}, not {_BASIS}; it is in basis points")
    return mix


def _maturity(cell: At) -> int | None:
    return None if cell.value is None else cell.whole(-_MOST_DAYS, _MOST_DAYS)


_CELLS: Final[Mapping[str, Callable[[At], Any]]] = {
    "product": At.text,
    "issuer": At.text,
    "kind": lambda cell: ProductKind(cell.one_of([kind.value for kind in ProductKind])),
    "R": lambda cell: cell.whole(1, 5),
    "d": lambda cell: cell.whole(0, _MOST_DAYS),
    "f": lambda cell: cell.whole(0, _BASIS),
    "x": _mix,
    "iv": lambda cell: cell.whole(0, 10 * _BASIS),
    "mat": _maturity,
    "idle": At.flag,
    "roll": At.flag,
}


def client(said: At, catalogue: Catalog) -> Client:
    """`[name, profile, holdings]`."""
    _, household, held = said.row(3, 3, "[name, profile, {key: yuan}]")
    holdings = {key: _holding(key, value, catalogue) for key, value in held.members()}
    found = Client(profile(household), holdings)
    check_holdings(found.holdings, catalogue, held)
    return found


def check_holdings(holdings: Mapping[str, int], catalogue: Catalog, said: At) -> None:
    """Refuse lots of one product that contradict each other, and a book beyond all bounds.

    Fees may differ: share classes of one fund each charge their own.
    """
    if sum(holdings.values()) > MOST_FEN:
        said.refuse(f"worth more than {MOST_FEN // 100} yuan; are these fen?")
    known: dict[str, tuple[str, ProductFacts]] = {}
    for key, fen in holdings.items():
        facts = catalogue[key].facts
        other, first = known.setdefault(facts.product, (key, facts))
        if fen and _core(first) != _core(facts):
            said.refuse(
                f"'{other}' and '{key}' are lots of one product '{facts.product}' that contradict "
                "each other; give them one issuer, kind, R, x and iv, or two product ids"
            )


def _core(facts: ProductFacts) -> tuple[Any, ...]:
    its = facts
    return its.issuer, its.kind, its.level, its.look_through, its.idiosyncratic_bp


def _holding(key: str, value: At, catalogue: Catalog) -> int:
    value.named(key, catalogue, "product")
    if isinstance(value.value, int | float) and value.value < 0:
        value.refuse(f"{value.value}: a position is never below 0; write what is held")
    return value.fen()


def profile(said: At) -> Profile:
    """A household; a field that is absent or null takes its default, or is missing."""
    said.only(_FIELDS)
    return _told(Profile(), said)


def profile_after(old: Profile, change: At) -> Profile:
    """A household with some answers set anew; null takes one back."""
    change.only(_FIELDS)
    return _told(old, change)


def _told(old: Profile, said: At) -> Profile:
    answers = {}
    for name, value in said.members():
        if name in _FIELDS:
            field, read = _FIELDS[name]
            answers[field] = getattr(_NOTHING, field) if value.value is None else read(value)
    return replace(old, **answers)


_NOTHING: Final = Profile()


def _goals(said: At) -> tuple[tuple[int, int], ...]:
    """Goals of nothing are dropped by the score, so they may stand here; those in the past not."""
    return tuple(_goal(goal) for goal in said.items())


def _goal(said: At) -> tuple[int, int]:
    wanted, years = said.row(2, 2, "[yuan, years from now]")
    if isinstance(years.value, int | float) and years.value < 0:
        years.refuse("a goal in the past; drop it or give it a new date")
    return wanted.fen(float("-inf")), years.whole(0, 200)


def _test_months(said: At) -> float:
    if isinstance(said.value, int | float) and said.value < 0:
        said.refuse("a test date in the future; write the months since the test")
    return said.number(0, 1_200)


def _share(said: At) -> float:
    return said.number(0, 1)


_FIELDS: Final[Mapping[str, tuple[str, Callable[[At], Any]]]] = {
    "age": ("age", lambda said: said.number(0, 150)),
    "Y": ("annual_income", At.fen),
    "E": ("essential_spending", At.fen),
    "C": ("risk_class", lambda said: said.whole(1, 5)),
    "H": ("horizon_years", lambda said: said.number(0, 200)),
    "ret_age": ("retirement_age", lambda said: said.number(0, 150)),
    "retired": ("is_retired", At.flag),
    "stab": ("income_stability", _share),
    "dep": ("dependants", lambda said: said.whole(0, 100)),
    "debt": ("debt", At.fen),
    "ds": ("debt_service", At.fen),
    "hc": ("high_cost_debt_share", _share),
    "edu": ("education", At.fen),
    "life": ("life_cover", At.fen),
    "ci": ("critical_illness_cover", At.fen),
    "med": ("has_medical_cover", At.flag),
    "prem": ("premium", At.fen),
    "save": ("monthly_saving", At.fen),
    "goals": ("goals", _goals),
    "ra_months": ("ra_months", _test_months),
    "maxloss": ("tolerable_loss", _share),
    "planned_out": ("planned_outflow", At.fen),
}
