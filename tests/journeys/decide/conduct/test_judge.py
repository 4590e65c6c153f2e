"""Rows judged together, routed by regime; gaps; what stands outside the forms."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.decide.conduct.judge import PREDICATES, judge, judge_all
from journeys.decide.conduct.months import months_later
from journeys.decide.conduct.router import route
from journeys.decide.verdict import BLOCK, Kind, defer, joined
from schemas.time import parse_instant
from tests.journeys.catalogue.shipped import changed, files, loaded

POLICY = loaded(files()).editions[-1]
RULES = POLICY.conduct.rules
MARKETING = {
    "service_notice": False,
    "channel": "sms",
    "consent": True,
    "sender_stated": True,
    "opt_out_in_message": True,
    "opted_out": (),
    "complaint_open": False,
    "touches": (),
}


def ids(**said):
    found = route(RULES.values(), **said)
    return None if found is None else [rule.id for rule in found]


def test_a_regime_that_nobody_knows_routes_nowhere():
    assert ids(regime=None, purpose="sale") is None
    assert ids(regime="UL", purpose="sale") is None


@pytest.mark.parametrize(
    ("regime", "own", "others"),
    [
        ("NFRA", {"s01", "s14", "s04", "rc01"}, {"s02", "s03", "s15", "i01", "rc02"}),
        ("CSRC", {"s02", "s03", "s15", "s04", "rc01"}, {"s01", "s14", "i01", "rc02"}),
        ("INS", {"i01", "i02", "i03", "i04", "rc02", "rc03", "s11"}, {"s01", "s02", "s04", "s10"}),
        ("DEP", {"pi07"}, {"s01", "s04", "s11", "s12", "s20", "i01", "rc01"}),
    ],
)
def test_each_regime_has_rows_of_its_own(regime, own, others):
    found = set(ids(regime=regime, purpose="sale"))
    assert own <= found
    assert not others & found


def test_unit_linked_insurance_brings_the_rows_of_products():
    found = ids(regime="INS", purpose="sale", is_unit_linked=True)
    assert {"s01", *(f"s{number:02}" for number in range(4, 11)), "i03"} <= set(found)
    assert "s02" not in found


def test_what_is_unit_linked_in_another_regime_changes_nothing():
    assert ids(regime="CSRC", purpose="sale", is_unit_linked=True) == ids(
        regime="CSRC", purpose="sale"
    )


@pytest.mark.parametrize("regime", ["NFRA", "CSRC", "INS", "DEP"])
def test_private_products_of_any_regime_have_their_rows(regime):
    assert {"s16", "s17"} <= set(ids(regime=regime, purpose="sale", is_private=True))
    assert not {"s16", "s17"} & set(ids(regime=regime, purpose="sale"))


def test_each_purpose_reads_its_rows_deposits_included():
    assert {"m01", "ct01", "pi03"} <= set(ids(regime="DEP", purpose="marketing"))
    assert not {"m01", "ct01", "pi03"} & set(ids(regime="NFRA", purpose="sale"))
    notice = set(ids(regime="NFRA", purpose="service"))
    assert {"m01", "ct01", "ct05"} <= notice
    assert not {"ct02", "ct03", "ct04", "s01"} & notice


def test_routed_rows_keep_the_order_of_the_table():
    found = ids(regime="NFRA", purpose="marketing", is_private=True)
    assert found == [rule for rule in RULES if rule in found]


def test_every_row_runs_and_the_first_that_fails_is_shown():
    rows = [RULES[name] for name in ("s01", "s04", "s12", "x01")]
    found = judge_all(
        rows, {"regime": "NFRA", "R_issuer": 5, "R_seller": 5, "C": 3, "R": 5}, POLICY
    )

    assert [one.rule for one in found.findings] == ["s01", "s04", "s12"]
    assert found.verdict == BLOCK
    assert found.reason.rule == "s01"
    assert found.findings[-1].missing == "age"


def test_all_is_well_has_no_reason():
    found = judge_all([RULES["s04"]], {"R": 1, "C": 1}, POLICY)
    assert (found.reason, found.verdict.kind) == (None, Kind.ALLOW)


def test_a_verdict_carries_the_version_of_its_row():
    assert judge(replace(RULES["s04"], version="7"), {"R": 1, "C": 1}, POLICY).version == "7"


def test_a_row_that_is_not_judged_case_by_case_has_no_predicate():
    with pytest.raises(KeyError):
        judge(RULES["s17"], {}, POLICY)


def test_rows_of_kind_predicate_are_those_that_code_knows():
    assert [rule.id for rule in RULES.values() if rule.kind == "predicate"] == list(PREDICATES)


@pytest.mark.parametrize("rule", PREDICATES)
def test_nothing_told_is_never_a_pass(rule):
    found = judge(RULES[rule], {}, POLICY)
    is_marketing = rule.startswith(("ct", "pi"))
    assert found.verdict.kind is (Kind.SUPPRESS if is_marketing else Kind.BLOCK)
    assert found.missing in RULES[rule].inputs


@pytest.mark.parametrize("rule", PREDICATES)
def test_an_input_of_the_wrong_type_is_unreadable(rule):
    """The doors refuse it; in a fold it is missing data."""
    told = dict.fromkeys(RULES[rule].inputs, frozenset())
    assert judge(RULES[rule], told, POLICY).missing in RULES[rule].inputs


@pytest.mark.parametrize(
    ("rule", "told", "missing"),
    [
        ("s13", {"capacity": "half"}, "capacity"),
        (
            "s16",
            {"private": True, "years_experience": 2, "family_net_fin": 10**9, "private_type": "fi"},
            "private_type",
        ),
        ("s04", {"R": True, "C": 1}, "R"),
        ("s08", {"today": None, "tests": ()}, "today"),
        ("ct02", {"service_notice": False, "channel": "sms", "opted_out": "sms"}, "opted_out"),
        ("ct02", {"service_notice": False, "channel": "sms", "opted_out": (1,)}, "opted_out"),
        ("m03", {"text": "", "benchmark": "no"}, "benchmark"),
    ],
)
def test_what_cannot_be_read_is_missing(rule, told, missing):
    assert judge(RULES[rule], told, POLICY).missing == missing


@pytest.mark.parametrize(
    ("time", "refused_on", "until"),
    [
        ("2026-11-27T08:00", None, "2026-11-27T09:00:00Z"),
        ("2026-11-27T21:00", None, "2026-11-28T09:00:00Z"),
        ("2026-11-27T12:00", "2026-08-31", "2027-03-01T09:00:00Z"),
        ("2026-11-27T22:00", "2026-05-27", "2026-11-28T09:00:00Z"),
    ],
)
def test_a_wait_says_until_when_on_the_clients_clock(time, refused_on, until):
    told = MARKETING | {"client_asked": False, "local_time": datetime.fromisoformat(time)}
    told["refused_on"] = refused_on and date.fromisoformat(refused_on)
    assert judge(RULES["ct03"], told, POLICY).verdict == defer(parse_instant(until))


def test_hours_and_cap_are_those_of_the_contact_policy():
    texts = changed("contact.toml", 'closes = "21:00"', 'closes = "20:00"')
    texts["contact.toml"] = texts["contact.toml"].replace("per_week = 2", "per_week = 1", 1)
    strict = loaded(texts).editions[-1]
    now = datetime.fromisoformat("2026-11-27T20:30")
    told = MARKETING | {"client_asked": False, "local_time": now, "now": now, "touches": (now,)}

    for rule, kind in (("ct03", Kind.DEFER), ("ct04", Kind.SUPPRESS)):
        assert judge(RULES[rule], told, POLICY).verdict.kind is Kind.ALLOW
        assert judge(strict.conduct.rules[rule], told, strict).verdict.kind is kind


def test_a_number_of_a_row_is_the_banks_to_tighten():
    texts = changed("conduct.toml", "most_percent = 50", "most_percent = 30")
    strict = loaded(texts).editions[-1]
    told = {"amount": 40, "fin_net_worth": 100, "liquid_after": 1, "monthly_need": 1}

    assert judge(RULES["s11"], told, POLICY).verdict.kind is Kind.ALLOW
    assert judge(strict.conduct.rules["s11"], told, strict).verdict == BLOCK


@given(st.permutations(["s01", "s04", "s05", "s12", "ct04", "m01"]))
def test_the_order_in_which_rows_run_does_not_change_the_verdict(order):
    told = {"regime": "NFRA", "R_issuer": 4, "R_seller": 4, "C": 4, "R": 4, "age": 70, "text": ""}
    found = judge_all([RULES[name] for name in order], told, POLICY)
    assert found.verdict == joined(one.verdict for one in reversed(found.findings))


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(-24, 24))
def test_months_go_there_and_never_past(day, months):
    found = months_later(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day <= day.day
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
