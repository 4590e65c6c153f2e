"""Wealth parameters and intent weights: dated like all policy, read by their own rooms."""

from schemas.time import DAY, Instant, parse_instant
from tests.journeys.catalogue.shipped import added, changed, fault, faults, files, loaded

NEW_YEAR = parse_instant("2027-01-01T00:00:00+08:00")
EVIDENCE = """
[[evidence]]
name = "page_maturity_long"
intent = "renew"
weight = 1.0
half_life = "1d"
reason_zh = "看了到期页"
reason_en = "looked at the maturity page"
valid_from = 2027-01-01
source = "test"
"""


def test_a_new_row_of_evidence_counts_from_its_day():
    catalogue = loaded(added("intents.toml", EVIDENCE))
    assert "page_maturity_long" not in catalogue.at(Instant(NEW_YEAR - 1)).intents.rules
    assert "page_maturity_long" in catalogue.at(NEW_YEAR).intents.rules
    assert catalogue.editions[0].wealth == catalogue.editions[1].wealth


def test_a_row_that_ends_is_not_seen_by_its_room():
    ended = EVIDENCE.replace("source =", "valid_to = 2027-02-01\nsource =")
    there = [
        "page_maturity_long" in edition.intents.rules
        for edition in loaded(added("intents.toml", ended)).editions
    ]
    assert there == [False, True, False]


def test_a_parameter_set_is_followed_by_one_in_a_file_of_its_own():
    old = files()["wealth.toml"]
    assert old.count("valid_from = 2026-01-01") == 1
    new = old.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01").replace(
        'id = "2026-11"', 'id = "2027-01"'
    )
    ended = old.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2027-01-01")
    catalogue = loaded({**files(), "wealth.toml": ended, "wealth-2027.toml": new})
    assert catalogue.at(Instant(NEW_YEAR - 1)).wealth.id == "2026-11"
    assert catalogue.at(NEW_YEAR).wealth.id == "2027-01"


def test_a_parameter_set_that_overlaps_another_is_refused():
    new = files()["wealth.toml"].replace("valid_from = 2026-01-01", "valid_from = 2027-01-01")
    found = fault({**files(), "wealth-2027.toml": new})
    assert found.startswith("wealth-2027.toml:")
    assert "wealth 'wealth': dates overlap" in found


def test_the_end_of_a_file_ends_all_of_it():
    texts = files()
    texts["intents.toml"] = "valid_to = 2027-01-01\n" + texts["intents.toml"]
    assert any("no intents in force at 2026-12-31T16:00:00Z" in line for line in faults(texts))


def test_what_a_room_refuses_is_told_with_file_and_line():
    texts = changed("intents.toml", "[intent.renew]", "[intent.renw]")
    found = faults(texts)
    assert any(line.startswith("intents.toml:") and "renew" in line for line in found)


def test_a_key_that_a_room_misses_is_told_as_a_fault():
    texts = changed("intents.toml", "bias = -3.0", "bas = -3.0")
    assert any("KeyError 'bias'; mend the key or its type" in line for line in faults(texts))


def test_a_row_without_source_is_refused():
    texts = added("intents.toml", EVIDENCE.replace('source = "test"\n', ""))
    assert any(
        "missing key 'source'; write where the numbers come from" in line for line in faults(texts)
    )


def test_a_file_without_any_date_is_refused():
    text = files()["wealth.toml"].replace("valid_from = 2026-01-01\n", "")
    found = faults({**files(), "wealth.toml": text})
    assert "wealth.toml:1: no row has a date; write valid_from and source" in found


def test_an_empty_file_is_missed_as_a_policy():
    assert any("no wealth in force" in line for line in faults({**files(), "wealth.toml": ""}))


def test_a_parameter_set_that_its_room_refuses_is_told_alone():
    found = fault(changed("wealth.toml", "weights = [15, 15,", "weights = [16, 15,"))
    assert found.startswith("wealth.toml:")
    assert "`total.weights` add up to 101.0, not 100.0" in found


def two_sets(new_id: str, **numbers: str) -> dict[str, str]:
    old = files()["wealth.toml"]
    new = old.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01")
    new = new.replace('id = "2026-11"', f'id = "{new_id}"')
    for key, value in numbers.items():
        assert f"{key} = " in new
        new = "\n".join(
            f"{key} = {value}" if line.startswith(f"{key} = ") else line
            for line in new.splitlines()
        )
    ended = old.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2027-01-01")
    return {**files(), "wealth.toml": ended, "wealth-2027.toml": new}


def test_the_set_before_is_known_for_as_long_as_both_are_told():
    catalogue = loaded(two_sets("2027-01"))
    assert catalogue.at(Instant(NEW_YEAR - 1)).wealth_before is None
    before = catalogue.at(NEW_YEAR).wealth_before
    assert before is not None
    assert before.parameters == catalogue.at(Instant(NEW_YEAR - 1)).wealth
    assert before.until == NEW_YEAR + 365 * DAY


def test_an_id_names_one_set_for_good():
    found = fault(two_sets("2026-11", inflation="0.02"))
    assert found.startswith(
        "wealth-2027.toml:3: wealth parameters '2026-11' stand twice with other"
    )
    assert loaded(two_sets("2026-11")).at(NEW_YEAR).wealth_before is None, "the same numbers again"
