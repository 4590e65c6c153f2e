"""The named mutants die: each changes a few words of the room, and a law or the table notices.

Laws are those of the properties, on seeded cases; two mutants keep every law and die of the golden
table alone, so both kinds of test are needed.
"""

import inspect
from random import Random
from types import ModuleType

import pytest
from msgspec.structs import replace

from journeys.client.wealth import book as books
from journeys.client.wealth import standing
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.dimensions import allocation, protection, risk
from journeys.client.wealth.score import score
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import PARAMETERS

KEYS = [key for key in sorted(golden.rows()) if not key.startswith("ef1_")]
TOLERANCE = golden.GOLDEN["tolerance"]["points_and_S"]
DAYS = range(40)


def a_case(seed):
    """Lots of golden products, deposits among them, and a golden household."""
    r = Random(seed)  # noqa: S311 - seeded, nothing secret
    keys = [r.choice(KEYS) for _ in range(5)]
    held = [golden.lot(key, r.randint(1, 900_000)) for key in [*keys, "td15", "td180"]]
    names = [row["id"] for row in golden.GOLDEN["clients"]]
    return r, held, golden.profile(golden.client(r.choice(names))["profile"])


def law_any_order_with_any_detour_is_the_same_book():
    """P2."""
    for seed in DAYS:
        r, held, household = a_case(seed)
        book = books.EMPTY_BOOK
        for lot, facts in held:
            detour = replace(lot, value_fen=r.randint(1, 10**8)), facts
            book = books.add_lot(book, *detour, PARAMETERS)
            book = books.add_lot(book, lot, facts, PARAMETERS)
            book = books.remove_lot(book, *detour, PARAMETERS)
        r.shuffle(held)
        batch = books.book_of(held, PARAMETERS)
        assert _sums(book) == _sums(batch)
        assert score(book, household, PARAMETERS) == score(batch, household, PARAMETERS)


def law_splitting_a_lot_changes_nothing():
    """P3."""
    for seed in DAYS:
        r, held, _ = a_case(seed)
        at = r.randrange(len(held))
        lot, facts = held[at]
        part = r.randint(0, lot.value_fen)
        halves = [(replace(lot, value_fen=fen), facts) for fen in (part, lot.value_fen - part)]
        rest = [*held[:at], *held[at + 1 :]]
        split = books.book_of([*rest, *halves], PARAMETERS)
        assert _sums(split) == _sums(books.book_of(held, PARAMETERS))


def law_a_better_answer_never_costs_and_outgo_always_shortens():
    """P5."""
    for seed in DAYS:
        _, held, household = a_case(seed)
        book = books.book_of(held, PARAMETERS)
        covered = replace(household, life_cover=household.life_cover + 10**7)
        served = replace(household, debt_service=household.debt_service + 10**5)
        now = score(book, household, PARAMETERS).points
        assert score(book, covered, PARAMETERS).points[1] >= now[1] - 1e-9
        assert _months(book, served) < _months(book, household)


def law_a_cheap_product_made_cheaper_pays_for_nothing():
    """P10."""
    for seed in DAYS:
        _, held, household = a_case(seed)
        lot, facts = golden.lot("bf1", 500_000)
        found = [
            score(
                books.book_of([*held, (lot, replace(facts, fee_bp=fee))], PARAMETERS),
                household,
                PARAMETERS,
            ).points[6]
            for fee in (50, 0)
        ]
        assert found[0] == found[1]


LAWS = (
    law_any_order_with_any_detour_is_the_same_book,
    law_splitting_a_lot_changes_nothing,
    law_a_better_answer_never_costs_and_outgo_always_shortens,
    law_a_cheap_product_made_cheaper_pays_for_nothing,
)


def the_golden_table():
    for client in golden.GOLDEN["clients"]:
        held = [golden.lot(key, yuan) for key, yuan in client["holdings"].items()]
        book = books.book_of(held, PARAMETERS)
        found = score(book, golden.profile(client["profile"]), PARAMETERS)
        expected = golden.GOLDEN["expected"][client["id"]]["points"]
        assert found.points == pytest.approx(list(expected.values()), abs=TOLERANCE)


DEAD_BY_LAW: dict[str, tuple[ModuleType, str, str]] = {
    "P2 updated with dv²": (
        books,
        "product_step = new[1] * new[1] - old[1] * old[1]",
        "product_step = (new[1] - old[1]) ** 2 * (1 if fen > 0 else -1)",
    ),
    "G2 without the old term": (
        books,
        "issuer_step = (after + deposits) ** 2 - (papers + deposits) ** 2",
        "issuer_step = (after + deposits) ** 2 if fen > 0 else -(papers + deposits) ** 2",
    ),
    "deposit cap per lot": (
        books,
        "after = uninsured(balance + fen, rules)",
        "after = deposits + (uninsured(fen, rules) if fen > 0 else -uninsured(-fen, rules))",
    ),
    "fees above benchmark netted": (
        books,
        "return max(0, facts.fee_bp * BASIS - benchmark)",
        "return facts.fee_bp * BASIS - benchmark",
    ),
    "cover ratio inverted": (
        protection,
        "(cover + tolerance) / (need + tolerance)",
        "(need + tolerance) / (cover + tolerance)",
    ),
    "months without debt service": (
        standing,
        "spending + profile.debt_service",
        "spending",
    ),
}
DEAD_BY_TABLE_ALONE: dict[str, tuple[ModuleType, str, str]] = {
    "shortfall without the mean": (
        risk,
        "factor * standing.volatility - standing.mean",
        "factor * standing.volatility",
    ),
    "distance without ½": (allocation, "apart / 2", "apart"),
}


def mutate(monkeypatch, module, old, new):
    """Put functions of the changed source in place of the module's own."""
    source = inspect.getsource(module)
    assert source.count(old) == 1, f"{module.__name__} no longer says {old!r}"
    changed = {"__name__": module.__name__}
    exec(compile(source.replace(old, new), module.__name__, "exec"), changed)  # noqa: S102 - a mutant
    for name, value in changed.items():
        if inspect.isfunction(value) and value.__globals__ is changed:
            monkeypatch.setattr(module, name, value)
    if "EMPTY_BOOK" in changed:
        monkeypatch.setattr(module, "EMPTY_BOOK", changed["EMPTY_BOOK"])
    if module is standing:
        monkeypatch.setattr("journeys.client.wealth.diagnosis.stand", changed["stand"])


def dies(check) -> bool:
    """Does it notice? A book that cannot be kept is noticed too."""
    try:
        check()
    except (AssertionError, OverflowError, ValueError):
        return True
    return False


def test_the_room_itself_lives():
    assert not [check.__name__ for check in (*LAWS, the_golden_table) if dies(check)]


@pytest.mark.parametrize("mutant", DEAD_BY_LAW)
def test_a_mutant_dies_of_a_law(monkeypatch, mutant):
    mutate(monkeypatch, *DEAD_BY_LAW[mutant])

    assert [law.__name__ for law in LAWS if dies(law)]


@pytest.mark.parametrize("mutant", DEAD_BY_TABLE_ALONE)
def test_a_mutant_keeps_every_law_and_dies_of_the_table(monkeypatch, mutant):
    mutate(monkeypatch, *DEAD_BY_TABLE_ALONE[mutant])

    assert not [law.__name__ for law in LAWS if dies(law)]
    assert dies(the_golden_table)


def test_a_level_at_the_class_is_no_mutant(monkeypatch):
    """R ≥ C for R > C adds levels of 0: the same number."""
    mutate(
        monkeypatch,
        risk,
        "above = standing.book.by_level[risk_class:]\n    "
        "return sum(steps * fen for steps, fen in enumerate(above, start=1))",
        "above = standing.book.by_level[risk_class - 1 :]\n    "
        "return sum(steps * fen for steps, fen in enumerate(above))",
    )

    assert not [check.__name__ for check in (*LAWS, the_golden_table) if dies(check)]


def _sums(book):
    return tuple(getattr(book, name) for name in book.__struct_fields__)


def _months(book, household):
    found = diagnose(book, household, PARAMETERS).liquidity
    return found and found.months
