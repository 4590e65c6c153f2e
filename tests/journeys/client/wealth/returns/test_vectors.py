"""The published and worked examples of section 10."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import pyxirr

from journeys.client.wealth.returns.account import Account
from journeys.client.wealth.returns.brinson import attribute
from journeys.client.wealth.returns.money_weighted import Status
from journeys.client.wealth.returns.roots import brackets
from tests.journeys.client.wealth.returns.ruled import (
    RULES,
    against_market,
    earned,
    money_weighted,
    promoter_score,
)

FILE = Path(__file__).parents[1] / "data" / "returns.json"
CASES = {row["id"]: row for row in json.loads(FILE.read_text(encoding="utf-8"))["cases"]}


def flows(case):
    return [(date.fromisoformat(day), amount) for day, amount in CASES[case]["flows"]]


def expected(case, name):
    tolerance = CASES[case].get("tolerance", 0)
    return pytest.approx(CASES[case]["expected"][name], abs=tolerance)


def test_the_spreadsheet_example():
    found = money_weighted(flows("RV01"))

    assert (found.value, found.status) == (expected("RV01", "xirr"), Status.OK)


def test_its_present_value():
    worth = pyxirr.xnpv(CASES["RV02"]["rate"], flows("RV01"))

    assert worth == expected("RV02", "xnpv")


@pytest.mark.parametrize("basis", CASES["RV03"]["expected"])
def test_a_rate_by_each_day_count(basis):
    assert money_weighted(flows("RV03"), basis=basis).value == expected("RV03", basis)


def test_a_rate_of_a_few_weeks_exists_and_is_hidden():
    found = money_weighted(flows("RV04"))

    assert (found.value, found.status) == (expected("RV04", "xirr"), Status.SPAN)
    assert found.is_shown is CASES["RV04"]["expected"]["shown"]


def test_flows_with_two_rates_have_none():
    found = money_weighted(flows("RV05d"))

    assert (found.value, found.status) == (None, Status.SEVERAL_ROOTS)
    assert found.is_conventional is CASES["RV05d"]["expected"]["conventional"]
    start = flows("RV05d")[0][0]
    timed = [((day - start).days / 365, amount) for day, amount in flows("RV05d")]
    roots = brackets(timed, RULES)
    for (low, high), root in zip(roots, CASES["RV05d"]["expected"]["roots"], strict=True):
        assert low - 1 <= root <= high - 1


def test_flows_of_one_sign_have_no_rate():
    days = (date(2024, 1, 1), date(2025, 6, 1))
    found = money_weighted(list(zip(days, CASES["RV06"]["amounts"], strict=True)))

    assert (found.value, found.status) == (None, Status.NO_SIGN_CHANGE)


def test_a_month_with_a_flow():
    said, start = CASES["RV07"]["input"], date(2026, 1, 1)
    day = start + timedelta(said["flow_day"])
    found = earned(
        Account(
            start=start,
            end=start + timedelta(said["T_days"]),
            opening=said["V0"],
            closing=said["V_E"],
            flows=[(day, said["flow"])],
            values={day: said["value_before_flow"]},
        )
    )

    assert found.modified_dietz == expected("RV07", "modified_dietz")
    assert found.time_weighted == expected("RV07", "twr")
    assert found.money_weighted.value == expected("RV07", "xirr")
    assert found.money_weighted.is_shown is CASES["RV07"]["expected"]["xirr_shown"]
    assert found.money_weighted.value is not None
    monthly = (1 + found.money_weighted.value) ** (said["T_days"] / 365) - 1
    assert monthly == expected("RV07", "period_irr")
    assert (found.time_weighted_yearly, found.behaviour_gap) == (None, None)


def test_a_good_fund_badly_timed():
    said = CASES["RV08"]["input"]
    navs = [(date.fromisoformat(day), nav) for day, nav in said["nav"]]
    (first, bought), (second, more) = (
        (date.fromisoformat(day), yuan) for day, yuan in said["buys"]
    )
    price = dict(navs)
    units = bought / price[first] + more / price[second]
    found = earned(
        Account(
            start=first,
            end=navs[-1][0],
            opening=bought,
            closing=units * navs[-1][1],
            flows=[(second, more)],
            values={second: bought / price[first] * price[second]},
        )
    )

    assert found.profit == pytest.approx(CASES["RV08"]["expected"]["pnl"], abs=0.005)
    assert found.money_weighted.value == expected("RV08", "mwr")
    assert found.time_weighted_yearly == expected("RV08", "twr_pa")
    assert found.behaviour_gap == expected("RV08", "behaviour_gap")


def test_the_same_money_in_the_index():
    said, wanted = CASES["RV09"]["input"], CASES["RV09"]["expected"]
    paid = [-yuan for _, yuan in CASES["RV08"]["input"]["buys"]]
    found = against_market([*paid, 0, 0], said["index"], said["nav"])

    assert found.ks_pme == expected("RV09", "ks_pme")
    assert found.ratio_net == found.ks_pme
    assert found.direct_alpha == expected("RV09", "direct_alpha")
    assert found.benchmark_value == pytest.approx(wanted["bench_E"], abs=0.006)
    assert found.value_added == pytest.approx(wanted["VA"], abs=0.006)


def test_an_active_return_taken_apart():
    said = CASES["RV10"]["input"]
    found = attribute(list(zip(said["wp"], said["wb"], said["rp"], said["rb"], strict=True)))

    wanted = {"Rp": found.portfolio, "Rb": found.benchmark, "sum": found.total}
    wanted |= {"A": found.allocation, "S": found.selection, "I": found.interaction}
    for name, value in wanted.items():
        assert value == expected("RV10", name), name


def test_a_promoter_score_and_its_error():
    said = CASES["RV11"]["input"]
    up, down = (round(said[part] * said["n"]) for part in ("p", "d"))
    found = promoter_score([10] * up + [0] * down + [7] * (said["n"] - up - down))

    assert found.score == expected("RV11", "nps")
    assert found.error == expected("RV11", "se")
    assert found.is_published


def test_every_vector_is_either_tested_or_cannot_run():
    runs = {name for name, row in CASES.items() if row.get("runnable", True)}

    assert runs == {f"RV{number:02}" for number in range(1, 12)} - {"RV05"} | {"RV05d"}
