"""Rows come and go at their instant, overlap is refused, gaps only where a row is optional."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.catalogue.casework import HANDOVERS
from journeys.catalogue.dating import edition_at
from journeys.catalogue.read_conduct import TABLE
from journeys.catalogue.read_measures import CHECKS, MEASURES
from journeys.catalogue.read_policies import GATE
from schemas.time import Instant, parse_instant
from tests.journeys.catalogue.shipped import (
    HEAD,
    added,
    changed,
    fault,
    faults,
    files,
    line_of,
    loaded,
)

NEW_DESK = """
[[desk]]
version = 2
valid_from = 2027-01-01
owner = "desks"
source = "review of 2026"
fairness_share = "20%"
unserved = "180d"
fall_back_share = "50%"
urgency_near = "24h"
urgency_most = 2.0
snooze_most = "3d"
drift_recent = "30d"
drift_before = "90d"
shown_from = 30
"""
MIDNIGHT = parse_instant("2027-01-01T00:00:00+08:00")


def until(texts, name, last, version="version = 1"):
    return {**texts, name: texts[name].replace(version, f"{version}\nvalid_to = {last}", 1)}


def test_a_dated_change_takes_effect_at_its_instant_exactly():
    texts = until(files(), "desk.toml", "2027-01-01")
    catalogue = loaded({**texts, "desk.toml": texts["desk.toml"] + NEW_DESK})
    assert catalogue.at(Instant(MIDNIGHT - 1)).desk.fairness_share == 0.15
    assert catalogue.at(MIDNIGHT).desk.fairness_share == 0.20
    assert len(catalogue.editions) == 2


def test_a_change_may_stand_in_a_file_of_its_own():
    texts = until(files(), "desk.toml", "2027-01-01")
    catalogue = loaded({**texts, "desk-2027.toml": NEW_DESK})
    assert catalogue.at(MIDNIGHT).desk.fairness_share == 0.20


def test_a_row_may_begin_at_an_instant_with_its_zone():
    noon = NEW_DESK.replace("2027-01-01", "2027-01-01T12:00:00+08:00")
    texts = until(files(), "desk.toml", "2027-01-01T12:00:00+08:00")
    catalogue = loaded({**texts, "desk-2027.toml": noon})
    at = parse_instant("2027-01-01T04:00:00Z")
    assert catalogue.at(Instant(at - 1)).desk.fairness_share == 0.15
    assert catalogue.at(at).desk.fairness_share == 0.20


def test_overlapping_dates_are_refused_with_the_day_to_end_the_old_row():
    texts = added("desk.toml", NEW_DESK)
    place = line_of(texts, "desk.toml", "valid_from = 2027-01-01")
    assert fault(texts) == (
        f"{place}: desk 'desk': dates overlap with version 1; "
        "end that one with valid_to at 2026-12-31T16:00:00Z or before"
    )


def test_a_version_that_stands_twice_is_refused():
    texts = until(files(), "desk.toml", "2027-01-01")
    texts["desk.toml"] += NEW_DESK.replace("version = 2", "version = 1")
    assert "desk 'desk': version 1 stands twice; a released row is never edited" in fault(texts)


def test_a_gap_in_a_needed_policy_is_refused():
    texts = until(files(), "desk.toml", "2026-12-01")
    texts["desk.toml"] += NEW_DESK
    assert fault(texts) == (
        "desk.toml:1: no desk in force at 2026-11-30T16:00:00Z; "
        "write a row with valid_from at that day or before, without a gap"
    )


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("contact.toml", "no contact in force"),
        ("arbitration.toml", "no context in force"),
        ("triggers.toml", "no triggers in force"),
        ("lateness.toml", "no lateness '*' in force"),
        ("wealth.toml", "no wealth in force"),
        ("intents.toml", "no intents in force"),
    ],
)
def test_a_needed_file_that_is_missing_is_named(name, what):
    texts = files()
    del texts[name]
    assert any(line.startswith(f"{name}:1: {what}") for line in faults(texts))


def test_no_file_at_all_is_refused():
    named = (GATE, TABLE, HANDOVERS, MEASURES, CHECKS)
    assert len(faults({})) == 17 + sum(map(len, named))


def test_an_action_may_come_later_and_leave_again():
    texts = changed(
        "actions.toml",
        'id = "complaint_follow_up"\nversion = 1\nvalid_from = 2026-01-01',
        'id = "complaint_follow_up"\nversion = 1\nvalid_from = 2026-07-01\nvalid_to = 2026-08-01',
    )
    texts["arbitration.toml"] = texts["arbitration.toml"].replace(
        'action = "complaint_follow_up"\nchannel = "remote"\np = "55%"\nas_of = 2026-01-01\n'
        "version = 1\nvalid_from = 2026-01-01",
        'action = "complaint_follow_up"\nchannel = "remote"\np = "55%"\nas_of = 2026-01-01\n'
        "version = 1\nvalid_from = 2026-07-01\nvalid_to = 2026-08-01",
    )
    catalogue = loaded(texts)
    there = ["complaint_follow_up" in edition.actions for edition in catalogue.editions]
    assert there == [False, True, False]


def test_an_older_version_of_a_journey_stays_known_to_its_runs():
    texts = until(files(), "journeys.toml", "2027-01-01")
    new = files()["journeys.toml"].split("[[journey]]")[1]
    new = "[[journey]]" + new.replace("version = 1", "version = 2", 1)
    new = new.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01", 1)
    catalogue = loaded({**texts, "journeys-2027.toml": new})
    assert catalogue.at(MIDNIGHT).journeys["maturity"].version == 2
    old = catalogue.journey("maturity", 1)
    assert old is catalogue.editions[0].journeys["maturity"]
    assert catalogue.journey("maturity", 3) is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("valid_from = 2026-01-01\n", "", "missing key 'valid_from'; write the day"),
        ("2026-01-01", '"2026-01-01"', "'valid_from' is no date; write 2026-11-24"),
        ("2026-01-01", "2026-01-01T08:00:00", "'valid_from' is no date; write 2026-11-24"),
        ("2026-01-01", "1026-01-01", "'valid_from' lies before 2000"),
        ("2026-01-01", "2026-01-01\nvalid_to = 2026-01-01", "'valid_to' is not after 'valid_from'"),
        ('owner = "desks"', "", "missing key 'owner'"),
        ('source = "starting values, expert"', "", "missing key 'source'"),
        ("version = 1", "version = 0", "'version' is 0; write 1 to 10000"),
        (
            "version = 1",
            'version = 1\nscope = "branch"',
            "a desk binds the whole bank alike; remove scope and 'branch'",
        ),
        ("version = 1", 'version = 1\nscope = "bnk"', "unknown scope 'bnk'; did you mean 'bank'?"),
        ("version = 1", 'version = 1\nscope = ""', "'scope' is not a text"),
    ],
)
def test_a_row_says_when_why_and_by_whom(old, new, message):
    texts = changed("desk.toml", old, new)
    assert any(f": {message}" in line for line in faults(texts))


def test_the_scope_of_the_whole_bank_may_be_written_out():
    assert loaded(changed("desk.toml", "version = 1", 'version = 1\nscope = "bank"'))


def test_levers_are_optional_and_dated():
    lever = '[[lever]]\naction = "stay_talk"\nname = "spring"\npoints = 55\n'
    dated = HEAD.replace("2026-01-01", "2027-03-01\nvalid_to = 2027-06-01")
    catalogue = loaded(added("arbitration.toml", lever + dated))
    assert [edition.arbitration.levers for edition in catalogue.editions] == [
        {},
        {"stay_talk": 55},
        {},
    ]


@given(st.lists(st.integers(0, 50), min_size=1, unique=True), st.integers(0, 60))
def test_the_edition_in_force_is_the_last_that_has_begun(days, moment):
    starts = sorted(days)
    begun = [at for at, start in enumerate(starts) if start <= moment]
    assert edition_at(starts, Instant(moment)) == (begun[-1] if begun else 0)
