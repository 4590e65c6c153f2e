"""Definitions of measures and checks: none missing, each with its unit, source and words."""

import pytest

from journeys.catalogue.read_measures import CHECKS, MEASURES
from schemas.time import DAY
from tests.journeys.catalogue.shipped import FOLDER, changed, fault, faults, loaded

FILE = "measures.toml"


def test_every_measure_and_check_is_defined_in_both_languages():
    edition = loaded(changed(FILE, 'id = "reach"', 'id = "reach"')).editions[-1]
    assert set(edition.measures) == set(MEASURES)
    assert set(edition.checks) == set(CHECKS)
    for rule in (*edition.measures.values(), *edition.checks.values()):
        assert all((rule.name_zh, rule.name_en, rule.says_zh, rule.says_en)), rule.id


def test_a_share_is_good_up_to_a_share_and_a_number_from_a_number_on():
    measures = loaded(changed(FILE, 'id = "reach"', 'id = "reach"')).editions[-1].measures
    assert measures["no_action"].good_most == pytest.approx(0.10)
    assert measures["optionality"].good_least == 7
    assert measures["conversion"].window == 30 * DAY
    assert measures["reach"].numbers == {"talk_seconds": 30}
    auc = measures["model_auc"]
    assert (auc.good_least, auc.good_most, auc.shown_from) == (0.55, 0.80, 100)
    assert auc.numbers == {"block_days": 30, "least_of_each": 10}


def test_a_measure_may_change_from_a_day_on():
    later = changed(
        FILE,
        "talk_seconds = 30              # a shorter talk is no exchange",
        'talk_seconds = 30\nvalid_to = 2027-01-01\n\n[[measure]]\nid = "reach"\nversion = 2\n'
        'valid_from = 2027-01-01\nowner = "x"\nsource = "test"\nname_zh = "触达率"\n'
        'name_en = "Reach"\nsays_zh = "一"\nsays_en = "one"\nunit = "share"\nshown_from = 50\n'
        "talk_seconds = 60",
    )
    before, after = (edition.measures["reach"] for edition in loaded(later).editions)
    assert (before.numbers["talk_seconds"], after.numbers["talk_seconds"]) == (30, 60)
    assert (before.shown_from, after.shown_from) == (30, 50)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "conversion"', 'id = "conversoin"', "unknown id 'conversoin'; did you mean"),
        ('unit = "number"\nshown_from = 1\n', 'unit = "people"\nshown_from = 1\n', "unknown unit"),
        ('window = "8d"', 'window = "8 days"', "is no span; write it with its unit"),
        ('good_most = "10%"', "good_most = 10", "'good_most' is not a share"),
        ("talks = 5", "talks = 0", "'talks' is 0; write 1 to"),
        ("minutes = 10", "minute = 10", "missing key 'minutes'"),
        ("block_days = 30 ", "block_days = 0 ", "'block_days' is 0; write 1 to"),
    ],
)
def test_what_cannot_be_a_definition_is_named(old, new, message):
    assert any(message in each for each in faults(changed(FILE, old, new)))


def test_a_measure_without_a_definition_refuses_the_catalogue():
    texts = changed(
        FILE,
        'id = "overshoot"\nversion = 1\nvalid_from = 2026-01-01',
        'id = "overshoot"\nversion = 1\nvalid_from = 2026-07-01',
    )
    assert "no measure 'overshoot' in force" in fault(texts)


@pytest.mark.parametrize("measure", ["model_auc", "model_skill", "win_loss"])
def test_a_chance_is_not_judged_before_its_window_has_ended(measure):
    head, row = f'id = "{measure}"', 'window = "30d"'
    text = (FOLDER / FILE).read_text("utf-8")
    mine = text.split(head)[1].split(row)[0]
    texts = changed(FILE, head + mine + row, head + mine + 'window = "20d"')
    assert "its goal counts for 30d in predictors.toml; write that or more" in fault(texts)
