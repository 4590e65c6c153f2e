"""The worked examples of the method, recomputed."""

from typing import Any

import pytest

from journeys.client.wealth.attribution import STILL, Causes, moved
from journeys.client.wealth.book import add_lot, remove_lot
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.score import score
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.golden import GOLDEN

PARAMETERS = golden.golden_parameters()
TOLERANCE, STEP_TOLERANCE = GOLDEN["tolerance"]["points_and_S"], GOLDEN["tolerance"]["dS"]


def the_id(row):
    return row["id"]


@pytest.mark.parametrize("client", GOLDEN["clients"], ids=the_id)
def test_a_client_scores_as_the_table_says(client):
    now = score(_book(client), golden.profile(client["profile"]), PARAMETERS)

    expected = GOLDEN["expected"][client["id"]]
    assert now.points == pytest.approx(list(expected["points"].values()), abs=TOLERANCE)
    assert now.total == pytest.approx(expected["S"], abs=TOLERANCE)
    assert now.label is golden.LABELS[expected["label"]]
    assert now.shown
    assert now.coverage == 1.0
    assert now.parameter_set == "golden-1"


def _named(client_id):
    """The drivers by the names that the table gives them."""
    client = golden.client(client_id)
    d: Any = diagnose(_book(client), golden.profile(client["profile"]), PARAMETERS)
    return {
        "months": d.liquidity.months,
        "m_star": d.liquidity.months_needed,
        "life_gap_yuan": d.protection.life_gap / 100,
        "ci_gap_yuan": d.protection.illness_gap / 100,
        "TE": d.allocation.distance,
        "HP": d.concentration.by_product,
        "u": d.risk.excess,
        "ES": d.risk.shortfall,
        "B": d.risk.budget,
        "ra_months": d.risk.test_months,
        "F": d.goals.funded,
        "idle": d.idle.idle,
        "q": d.idle.maturing,
        "dsr": d.debt.service,
    }


@pytest.mark.parametrize("client_id", GOLDEN["drivers"])
def test_its_drivers_are_those_of_the_table(client_id):
    drivers = _named(client_id)

    for name, expected in GOLDEN["drivers"][client_id].items():
        assert drivers[name] == pytest.approx(expected["value"], abs=expected["tolerance"]), name


@pytest.mark.parametrize("movement", GOLDEN["movements"], ids=the_id)
def test_a_movement_goes_step_by_step(movement):
    client = golden.client(movement["client"])
    holdings, told = dict(client["holdings"]), dict(client["profile"])
    book, before = _book(client), movement["S_before"]
    assert score(book, golden.profile(told), PARAMETERS).total == pytest.approx(
        before, abs=TOLERANCE
    )

    for step in movement["steps"]:
        for key, yuan in step.get("holdings_delta", {}).items():
            book = _changed(book, key, holdings.get(key, 0), holdings.get(key, 0) + yuan)
            holdings[key] = holdings.get(key, 0) + yuan
        told |= step.get("profile_set", {})
        after = score(book, golden.profile(told), PARAMETERS).total

        assert after == pytest.approx(step["S_after"], abs=TOLERANCE)
        expected = step.get("dS", step["S_after"] - before)
        assert after - before == pytest.approx(expected, abs=STEP_TOLERANCE)
        before = after


def test_the_trade_of_the_mismatched_retiree_is_worth_24_693_points():
    steps = GOLDEN["movements"][0]["steps"]
    client = golden.client("A7")
    book, told = _book(client), golden.profile(client["profile"])
    before = score(book, told, PARAMETERS).total

    for key, yuan in steps[0]["holdings_delta"].items():
        held = client["holdings"].get(key, 0)
        book = _changed(book, key, held, held + yuan)

    after = score(book, told, PARAMETERS).total
    gain = moved(STILL, Causes.TRADE, before=before, after=after).total
    assert gain == pytest.approx(24.693, abs=0.0005)


@pytest.mark.parametrize("case", GOLDEN["matching"], ids=the_id)
def test_a_hypothetical_purchase_moves_the_score_as_the_table_says(case):
    client = golden.client(case["client"])
    book, told = _book(client), golden.profile(client["profile"])
    now, held = score(book, told, PARAMETERS).total, client["holdings"]
    source, amount = case["from"], case["amount_yuan"]
    without = _changed(book, source, held[source], held[source] - amount)

    for candidate in case["candidates"]:
        key = candidate["product"]
        bought = _changed(without, key, held.get(key, 0), held.get(key, 0) + amount)
        gain = score(bought, told, PARAMETERS).total - now

        assert gain == pytest.approx(candidate["dS"], abs=case["dS_tolerance"]), key
        level = golden.lot(key, 0)[1].level
        assert candidate["gate"] == ("BLOCK" if level > client["profile"]["C"] else "ALLOW")


def test_the_set_in_force_holds_the_golden_numbers():
    in_force = golden.in_force()

    assert in_force.market.mean == PARAMETERS.market.mean
    assert in_force.book == PARAMETERS.book
    assert in_force.total == PARAMETERS.total
    assert in_force.risk == PARAMETERS.risk
    assert in_force.target == PARAMETERS.target


def _book(client):
    return golden.book(client["holdings"], PARAMETERS)


def _changed(book, key: str, old: int, new: int):
    book = remove_lot(book, *golden.lot(key, old), PARAMETERS)
    return add_lot(book, *golden.lot(key, new), PARAMETERS)
