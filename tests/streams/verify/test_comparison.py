import pytest

from streams.verify.comparison import Name, Pile
from streams.verify.report import Report

FIRST, SECOND = Name(1, 0, b"ct_1"), Name(2, 0, b"ct_1")


@pytest.fixture
def pile():
    pile = Pile("tasks")
    pile.want(FIRST, b"one")
    pile.want(SECOND, b"two")
    return pile


def judged(pile, *, is_strict=True):
    report = Report()
    pile.judge(report, is_strict=is_strict)
    return report


def counts(report):
    return report.lost, report.doubled, report.different, report.topic_repeats


def test_what_is_said_once_and_as_wanted_is_clean(pile):
    assert [pile.find(FIRST, b"one"), pile.find(SECOND, b"two")] == [True, True]
    report = judged(pile)
    assert (report.is_clean, report.outputs) == (True, 2)


def test_what_is_not_said_is_lost(pile):
    pile.find(FIRST, b"one")
    assert counts(judged(pile)) == (1, 0, 0, 0)


def test_what_stands_twice_is_doubled_where_one_owner_writes_and_else_a_repeat(pile):
    pile.find(FIRST, b"one")
    pile.find(SECOND, b"two")
    assert pile.find(SECOND, b"two") is False
    assert counts(judged(pile)) == (0, 1, 0, 0)
    repeated = judged(pile, is_strict=False)
    assert counts(repeated) == (0, 0, 0, 1)
    assert repeated.is_clean


def test_what_is_said_otherwise_is_different_and_not_lost_as_well(pile):
    pile.find(FIRST, b"one")
    pile.find(SECOND, b"2")
    assert counts(judged(pile, is_strict=False)) == (0, 0, 1, 0)


def test_a_second_version_of_what_was_said_well_is_different(pile):
    for name, value in ((FIRST, b"one"), (SECOND, b"two"), (SECOND, b"2")):
        pile.find(name, value)
    assert counts(judged(pile)) == (0, 0, 1, 0)


def test_what_nobody_wanted_is_different(pile):
    for name, value in ((FIRST, b"one"), (SECOND, b"two"), (Name(3, 0, b"ct_1"), b"one")):
        pile.find(name, value)
    report = judged(pile)
    assert counts(report) == (0, 0, 1, 0)
    assert report.examples == ["extra tasks from offset 3:0"]


def test_two_clients_may_offer_one_desk_something_from_the_same_place_of_their_logs():
    pile = Pile("desk-events")
    same = Name(5, 0, b"rm-li")
    pile.want(same, b"from partition 0")
    pile.want(same, b"from partition 1")
    pile.find(same, b"from partition 1")
    assert counts(judged(pile)) == (1, 0, 0, 0)
    pile.find(same, b"from partition 0")
    assert judged(pile).is_clean
