"""Who asked the promoter question is a fact of the engine, not the word of whoever answers."""

import pytest

from schemas.time import DAY, HOUR, Instant
from schemas.wire import DecisionId
from tests.streams.readmodel.facts_made import project
from tests.streams.readmodel.measured import NOVEMBER, TREATED, Quarter, asked, figure

pytestmark = pytest.mark.untraced

CLIENT = TREATED[0]
LATER = Instant(NOVEMBER + HOUR)
TALK, OTHER_TALK = DecisionId(f"d_{1:032x}"), DecisionId(f"d_{2:032x}")


@pytest.fixture
def quarter():
    return Quarter()


@pytest.fixture
def desk(quarter):
    return quarter


@pytest.fixture
def found(quarter, database, views):
    """How many answers count for the score, and where others were found."""

    def look():
        project(database, quarter)
        measured = views.measures(asked())
        (check,) = (one for one in measured.checks if one.check == "promoters_off_rule")
        return figure(measured, "promoters").n, [(flag.where, flag.many) for flag in check.flags]

    return look


def test_an_answer_to_a_question_that_stands_is_by_rule(quarter, found):
    quarter.ask(CLIENT)
    quarter.answer(CLIENT, 9, at=LATER)
    assert found() == (1, [])


@pytest.mark.parametrize(
    ("asked_at", "about"),
    [
        (None, {}),
        (Instant(LATER + 1), {}),
        (Instant(LATER - 4 * DAY), {}),
        (NOVEMBER, {"desk": "rm-wu"}),
        (NOVEMBER, {"decision_id": OTHER_TALK}),
    ],
    ids=["nobody", "afterwards", "too_long_ago", "another_desk", "another_talk"],
)
def test_a_desk_that_says_the_rule_asked_is_not_believed(quarter, found, asked_at, about):
    if asked_at is not None:
        quarter.ask(CLIENT, at=asked_at, **about)
    quarter.answer(CLIENT, 10, at=LATER, decision_id=TALK)
    assert found() == (0, [("rm-li", 1)])


def test_a_question_is_answered_once_so_a_better_answer_does_not_replace_it(quarter, found):
    quarter.ask(CLIENT)
    quarter.answer(CLIENT, 2, at=LATER)
    quarter.answer(CLIENT, 10, at=Instant(LATER + HOUR))
    assert found() == (1, [("rm-li", 1)])


def test_an_answer_that_staff_asked_for_uses_no_question_up(quarter, found):
    quarter.ask(CLIENT)
    quarter.answer(CLIENT, 10, at=LATER, by="staff")
    quarter.answer(CLIENT, 2, at=Instant(LATER + HOUR))
    assert found()[0] == 1


def test_a_question_about_a_case_is_answered_for_whichever_desk(quarter, found):
    quarter.ask(CLIENT, desk=None)
    quarter.answer(CLIENT, 9, at=LATER, desk="rm-wu")
    assert found() == (1, [])


def test_the_question_of_another_client_is_no_question(quarter, found):
    quarter.ask(TREATED[1])
    quarter.answer(CLIENT, 10, at=LATER)
    assert found() == (0, [("rm-li", 1)])
