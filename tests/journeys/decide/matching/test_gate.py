"""The product gate: each row by itself, and rows do not silence each other."""

from typing import Any

import pytest
from msgspec.structs import replace

from journeys.catalogue.edition import Suitability
from journeys.client.wealth.book import EMPTY_BOOK
from journeys.client.wealth.product import ProductKind
from journeys.client.wealth.profile import Profile
from journeys.decide.matching.gate import Proposal, blocks, rule_on
from schemas.decisions import WithheldReason
from tests.journeys.catalogue.shipped import files, loaded
from tests.journeys.client.wealth.builders import a_book, a_fund, a_household, a_lot

POLICY: Suitability = loaded(files()).editions[-1].suitability
FUND = a_fund("fund", level=3)
CASH = a_fund("cash", level=1, days_to_cash=0, kind=ProductKind.GOVT)


def a_proposal(**said) -> Proposal:
    """A third of a book of cash becomes a fund within class."""
    plain: dict[str, Any] = {
        "facts": FUND,
        "regime": "NFRA",
        "days_to_maturity": None,
        "profile": a_household(risk_class=3, horizon_years=2),
        "before": a_book(a_lot(CASH, 300_000)),
        "after": a_book(a_lot(CASH, 200_000), a_lot(FUND, 100_000)),
        "months_needed": 4.0,
    }
    return Proposal(**plain | said)


def ruled(rule: str, **said) -> Any:
    found = [one for one in rule_on(a_proposal(**said), POLICY) if one.rule == rule]
    assert len(found) <= 1
    return found[0] if found else None


def no(ruling: Any):
    return ruling and ruling.verdict == "block" and ruling.reason


def test_a_product_within_class_passes_every_row():
    rulings = rule_on(a_proposal(days_to_maturity=30), POLICY)

    assert blocks(rulings) == ()
    assert [one.rule for one in rulings] == ["s01", "tenor", "liquidity", "concentration"]
    assert {one.version for one in rulings} == {"1"}


@pytest.mark.parametrize("initiator", ["bank", "client"])
def test_above_class_nobody_can_insist_on_a_bank_product(initiator):
    above = replace(FUND, level=4)
    found = ruled("s01", facts=above, initiator=initiator, warned=True)

    assert no(found) is WithheldReason.RISK_ABOVE_CLASS
    assert (found.value, found.limit) == (4, 3)


def test_a_fund_above_class_is_not_recommended():
    above = {"facts": replace(FUND, level=4), "regime": "CSRC"}

    assert no(ruled("s02", **above)) is WithheldReason.RISK_ABOVE_CLASS


def test_on_the_clients_own_wish_it_needs_a_signed_warning():
    wish = {"facts": replace(FUND, level=4), "regime": "CSRC", "initiator": "client"}
    found = ruled("s03", **wish)

    assert found.verdict == "steps"
    assert found.steps == ("special_warning_signed", "told_unsuitable")
    warned = ruled("s03", warned=True, **wish)
    assert warned.verdict == "allow"


def test_the_lowest_class_cannot_even_wish():
    wish = {"facts": replace(FUND, level=2), "regime": "CSRC", "initiator": "client"}

    lowest = a_household(risk_class=1)
    assert no(ruled("s03", profile=lowest, warned=True, **wish)) is WithheldReason.RISK_ABOVE_CLASS


@pytest.mark.parametrize("regime", [None, "INS"])
def test_without_a_regime_the_map_of_classes_holds(regime):
    above = replace(FUND, level=4)

    assert no(ruled("s04", facts=above, regime=regime)) is WithheldReason.RISK_ABOVE_CLASS


def test_deposits_have_no_level_to_judge():
    rules = [one.rule for one in rule_on(a_proposal(regime="DEP"), POLICY)]

    assert rules == ["liquidity", "concentration"]


@pytest.mark.parametrize(("days", "reason"), [(730, None), (731, WithheldReason.TENOR_TOO_LONG)])
def test_it_matures_within_the_horizon(days, reason):
    found = ruled("tenor", days_to_maturity=days)

    assert found.reason is reason


def test_the_reserve_must_be_left():
    drained = a_book(a_lot(CASH, 39_999), a_lot(replace(FUND, days_to_cash=365), 260_001))
    kept = a_book(a_lot(CASH, 40_000), a_lot(replace(FUND, days_to_cash=365), 260_000))

    assert no(ruled("liquidity", after=drained)) is WithheldReason.LIQUIDITY_AFTER
    found = ruled("liquidity", after=kept)
    assert (found.verdict, found.value) == ("allow", 4.0)


def test_a_purchase_that_ties_nothing_up_is_not_asked_about_the_reserve():
    poor = a_book(a_lot(CASH, 100))

    assert ruled("liquidity", before=poor, after=poor) is None
    unknown = a_household(essential_spending=None)
    assert ruled("liquidity", before=poor, after=poor, profile=unknown) is None


def test_who_spends_nothing_needs_no_reserve():
    assert ruled("liquidity", profile=a_household(essential_spending=0)) is None


def test_not_too_much_with_one_product_or_issuer():
    single = replace(FUND, kind=ProductKind.SINGLE)

    def holding(yuan, facts=single):
        return {"facts": facts, "after": a_book(a_lot(CASH, 100 - yuan), a_lot(facts, yuan))}

    assert no(ruled("concentration", **holding(61))) is WithheldReason.CONCENTRATION
    found = ruled("concentration", **holding(60))
    assert found.verdict == "allow"
    spread = ruled("concentration", **holding(100, FUND))
    assert (spread.verdict, spread.value) == ("allow", 0.5)


def test_an_issuers_papers_count_together():
    one, other = (a_fund(name, issuer="firm", kind=ProductKind.SINGLE) for name in ("one", "two"))
    after = a_book(a_lot(one, 35), a_lot(other, 35), a_lot(CASH, 30))

    found = ruled("concentration", facts=other, after=after)

    assert no(found) is WithheldReason.CONCENTRATION
    assert found.value == 0.7


def test_what_is_missing_blocks_and_is_named():
    found = blocks(rule_on(a_proposal(profile=Profile(), days_to_maturity=30), POLICY))

    assert [one.reason for one in found] == [WithheldReason.DATA_MISSING] * 3
    assert [one.value for one in found] == ["C", "H", "E"]


def test_every_row_is_run_and_the_first_is_shown_first():
    bad = a_proposal(
        facts=replace(FUND, level=5, kind=ProductKind.SINGLE, days_to_cash=365),
        days_to_maturity=9_999,
        after=a_book(a_lot(replace(FUND, kind=ProductKind.SINGLE, days_to_cash=365), 300_000)),
    )

    assert [one.reason for one in blocks(rule_on(bad, POLICY))] == [
        WithheldReason.RISK_ABOVE_CLASS,
        WithheldReason.TENOR_TOO_LONG,
        WithheldReason.LIQUIDITY_AFTER,
        WithheldReason.CONCENTRATION,
    ]


def test_an_empty_book_concentrates_nothing():
    assert ruled("concentration", after=EMPTY_BOOK) is None
