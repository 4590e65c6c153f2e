"""The rows of law on a purchase: who runs, what they say both ways, and what is missing."""

from datetime import date, datetime

import pytest

from journeys.decide.matching.duties import Purchase, duties, most_by_means
from schemas.decisions import WithheldReason as Why
from tests.journeys.decide.matching.test_gate import POLICY

SUMMER = datetime.fromisoformat("2026-06-01T10:00")
TODAY = datetime.fromisoformat("2026-11-23T10:00")
FINE = {
    "age": 40,
    "capacity": "full",
    "C": 3,
    "new_C": 3,
    "last_C": 3,
    "reconfirmed": False,
    "test_date": date(2026, 6, 1),
    "order_date": date(2026, 11, 23),
    "test_time": SUMMER,
    "order_time": TODAY,
    "client_reported_change": False,
    "actor": "client",
    "rm_device": False,
    "rm_prompt": False,
    "fin_net_worth": 100_000_000,
    "monthly_need": 0,
    "guardian_consent": False,
    "measures": (),
    "online": False,
}
QUALIFIED = {
    "years_experience": 3,
    "family_net_fin": 400_000_000,
    "placement": "named person",
}


def ruled(rule, *, told=(), **changes):
    plain = {
        "regime": "NFRA",
        "level": 2,
        "amount_fen": 40_000_000,
        "liquid": 0,
        "private": None,
    }
    found = duties(Purchase(**plain | changes), FINE | dict(told), POLICY)
    return next((one for one in found if one.rule == rule), None)


def answer(rule, **asked):
    found = ruled(rule, **asked)
    return None if found is None else found.reason or found.verdict


@pytest.mark.parametrize(
    ("rule", "asked", "said"),
    [
        ("s05", {}, "allow"),
        ("s07", {}, "allow"),
        ("s07", {"told": {"order_date": date(2027, 6, 1)}}, "allow"),
        ("s07", {"told": {"order_date": date(2027, 6, 2)}}, Why.TEST_EXPIRED),
        ("s07", {"told": {"client_reported_change": True}}, Why.TEST_EXPIRED),
        ("s09", {"told": {"last_C": 2}}, "steps"),
        ("s09", {"told": {"last_C": 2, "reconfirmed": True}}, "allow"),
        ("s10", {"told": {"test_time": TODAY}}, Why.TEST_EXPIRED),
        ("s11", {}, "allow"),
        ("s11", {"amount_fen": 50_000_001}, Why.BEYOND_MEANS),
        ("s11", {"told": {"monthly_need": 1}}, Why.BEYOND_MEANS),
        ("s12", {"told": {"age": 65}}, None),
        ("s12", {"told": {"age": 64}, "level": 4}, None),
        ("s12", {"told": {"age": 65}, "level": 4}, "steps"),
        ("s13", {"told": {"capacity": "limited"}}, Why.CAPACITY_LIMITED),
        (
            "s13",
            {"told": {"capacity": "limited", "guardian_consent": True}, "level": 1},
            "allow",
        ),
        ("s16", {}, None),
        ("s16", {"private": "FI", "told": QUALIFIED}, "allow"),
        ("s16", {"private": "FI", "told": QUALIFIED | {"years_experience": 1}}, Why.NOT_QUALIFIED),
        ("s16", {"private": "FI", "told": QUALIFIED, "amount_fen": 29_999_999}, Why.NOT_QUALIFIED),
        ("s16", {"private": "FI", "told": QUALIFIED | {"placement": "app"}}, Why.NOT_QUALIFIED),
        ("s16", {"private": "FI"}, Why.DATA_MISSING),
        ("s20", {}, None),
        ("s20", {"told": {"licence_until": None}}, Why.DATA_MISSING),
        ("i01", {}, None),
        ("i01", {"regime": "INS"}, Why.DATA_MISSING),
        ("i01", {"regime": "INS", "told": {"mismatch": True, "client_insists": False,
                                           "advised_stop": False}}, "steps"),
        ("s07", {"regime": "INS"}, None),
        ("s11", {"regime": "DEP"}, None),
    ],
)  # fmt: skip
def test_each_row_answers_both_ways(rule, asked, said):
    assert answer(rule, **asked) == said


def test_a_regime_that_nobody_knows_blocks():
    (found,) = duties(
        Purchase(regime=None, level=1, amount_fen=1, liquid=0, private=None), FINE, POLICY
    )
    assert (found.verdict, found.reason, found.value) == ("block", Why.DATA_MISSING, "regime")


def test_what_a_row_read_and_its_limit_are_told():
    shown = {rule: (ruled(rule).value, ruled(rule).limit) for rule in ("s05", "s07", "s11", "s13")}

    assert shown == {
        "s05": (2, None),
        "s07": ("2026-06-01", "2027-06-01"),
        "s11": (0.0, 0),
        "s13": ("full", 1),
    }
    assert ruled("s11", amount_fen=60_000_000).limit == 50_000_000


def test_proposals_leave_a_tenth_of_the_means_free():
    assert most_by_means(FINE, POLICY) == 45_000_000
    assert most_by_means(FINE | {"fin_net_worth": -5}, POLICY) == 0
    assert most_by_means(FINE | {"fin_net_worth": None}, POLICY) is None
