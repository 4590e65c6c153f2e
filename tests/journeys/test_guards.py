"""Guards count what was concluded, and say when it is too much."""

import pytest

from journeys.catalogue.guarding import Guard
from journeys.guards import Tally
from schemas import codec
from schemas.facts import JourneyAdvance, JourneyAdvanced, JourneyEnd, JourneyMove, TaskChanged
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.builders import MONDAY_10
from tests.journeys.catalogue.shipped import added, fault, files, loaded
from tests.journeys.client.living import planned, tasks_of

TASK = tasks_of(planned())[-1]
HOURLY = Guard(id="hourly", version=1, measure="contacts", most=5, within=HOUR)
DECLINES = Guard(id="declines", version=1, measure="declines", share=0.6, of_last=10)
NOT_RIGHT = Guard(id="not_right", version=1, measure="not_right", share=0.2, of_last=10)
COMPLAINTS = Guard(
    id="complaints", version=1, measure="complaints", share=0.2, of_last=10, within=7 * DAY
)


def a_client(number):
    return f"ct_{number:032x}"


class Counted:
    """A tally told by hand."""

    def __init__(self):
        self.tally, self.number = Tally(), 0

    def tell(self, kind, data, *, client, at):
        self.number += 1
        fact = codec.build(
            kind, data, event_id=f"f{self.number}", source="/suishen/client-fold",
            key=client, time=at, causeid="c", causesource="/c",
        )  # fmt: skip
        self.tally.see(fact, complaints=("complaint",), within=7 * DAY)

    def task(self, number, *, at=MONDAY_10, action="talk", **more):
        client = a_client(number)
        task = TASK.model_copy(update={"client": client, "action": action, "version": 1} | more)
        self.tell(TaskChanged, task, client=client, at=Instant(at))

    def ended(self, number, **more):
        self.task(number)
        self.task(number, version=2, **({"state": TaskState.COMPLETED} | more))

    def complaint(self, number, *, at=MONDAY_10 + DAY, journey="complaint", move="entered"):
        moved = JourneyAdvance(
            journey=journey, version=1, instance="x", move=JourneyMove(move), step="s",
            end=JourneyEnd.EXIT if move == "ended" else None,
        )  # fmt: skip
        self.tell(JourneyAdvanced, moved, client=a_client(number), at=Instant(at))

    def trips(self, *guards):
        return [(t.guard.id, t.action, t.found, t.out_of) for t in self.tally.trips(guards)]


@pytest.fixture
def counted():
    return Counted()


def test_tasks_issued_count_within_a_span_that_moves_with_the_facts(counted):
    for number in range(5):
        counted.task(number, at=MONDAY_10 + number * MINUTE)
        counted.task(number, version=2, state=TaskState.STARTED)
    assert counted.trips(HOURLY) == []
    counted.task(6, at=MONDAY_10 + 30 * MINUTE)
    assert counted.trips(HOURLY) == [("hourly", "talk", 6, 0)]
    counted.task(7, at=MONDAY_10 + HOUR, action="other")
    assert counted.trips(HOURLY) == []


def test_a_clients_no_is_a_no_and_a_desks_is_not(counted):
    for number in range(5):
        counted.ended(number, outcome=Outcome.REFUSED)
    for number in range(5, 9):
        counted.ended(number, state=TaskState.DECLINED, state_reason="no_time")
    assert counted.trips(DECLINES) == []
    counted.ended(9, state=TaskState.DECLINED, state_reason="client_refuses")
    assert counted.trips(DECLINES) == [("declines", "talk", 6, 10)]
    for number in range(10, 15):
        counted.ended(number, outcome=Outcome.CONVERTED)
    assert counted.trips(DECLINES) == []


def test_no_rate_is_told_of_too_few(counted):
    for number in range(9):
        counted.ended(number, outcome=Outcome.REFUSED)
    assert counted.trips(DECLINES) == []


def test_a_desks_judgement_that_it_is_not_right_counts_by_itself(counted):
    for number in range(10):
        wrong = {"state": TaskState.DECLINED, "state_reason": "not_right_for_client"}
        counted.ended(number, **(wrong if number < 2 else {}))
    assert counted.trips(NOT_RIGHT, DECLINES) == [("not_right", "talk", 2, 10)]


def test_three_of_fifty_not_right_freeze_an_action_as_shipped(counted):
    shipped = loaded(files()).at(MONDAY_10).guards["not_right"]
    wrong = {"state": TaskState.DECLINED, "state_reason": "not_right_for_client"}
    for number in range(50):
        counted.ended(number, **(wrong if number in (0, 1) else {}))
    assert counted.trips(shipped) == [], "below five percent"
    for number in range(50, 53):
        counted.ended(number, **wrong)
    assert counted.trips(shipped) == [("not_right", "talk", 3, 50)]


def test_a_complaint_counts_against_what_the_client_met_last(counted):
    for number in range(10):
        counted.task(number)
    counted.task(1, at=MONDAY_10 + HOUR, action="other")
    counted.complaint(0)
    counted.complaint(1)
    counted.complaint(2, at=MONDAY_10 + 8 * DAY)
    counted.complaint(3, journey="maturity")
    counted.complaint(99)
    assert counted.trips(COMPLAINTS) == []
    counted.complaint(4)
    assert counted.trips(COMPLAINTS) == [("complaints", "talk", 2, 10)]


def test_what_a_person_has_looked_at_counts_no_more(counted):
    for number in range(10):
        counted.ended(number, outcome=Outcome.REFUSED)
    counted.tally.forget("talk", MONDAY_10)
    assert counted.trips(DECLINES, HOURLY) == []
    for number in range(10):
        counted.task(number, version=2, state=TaskState.COMPLETED, at=MONDAY_10 + HOUR)
    assert counted.trips(DECLINES) == []


def test_a_guard_may_name_its_actions(counted):
    for number in range(6):
        counted.task(number)
    named = Guard(id="named", version=1, measure="contacts", most=5, within=HOUR, actions=("x",))
    assert counted.trips(named) == []


def test_a_trip_says_why_in_both_languages(counted):
    for number in range(6):
        counted.ended(number)
    (trip,) = counted.tally.trips([HOURLY])
    assert trip.reason == (
        "护栏 hourly：60 分钟内 6 项，上限 5 / guard hourly: 6 in 60 min, limit 5"
    )


def test_the_shipped_guards_watch_every_measure():
    guards = loaded(files()).at(MONDAY_10).guards
    assert {guard.measure for guard in guards.values()} == {
        "contacts", "declines", "not_right", "complaints"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('measure = "calls"\nshare = "5%"\nof_last = 50\n', "unknown measure 'calls'"),
        ('measure = "contacts"\nmost = 0\nwithin = "1h"\n', "'most' is 0"),
        ('measure = "declines"\nshare = "0%"\nof_last = 50\n', "freezes everything"),
        ('measure = "declines"\nshare = "5%"\nof_last = 5\n', "'of_last' is 5; write 10"),
        (
            'measure = "declines"\nshare = "5%"\nof_last = 50\nactions = ["inflow_tlk"]\n',
            "unknown action 'inflow_tlk'; did you mean 'inflow_talk'?",
        ),
        ('measure = "declines"\nshare = "5%"\nof_last = 50\nmost = 3\n', "unknown key 'most'"),
    ],
)
def test_a_guard_that_could_not_work_is_refused(row, message):
    head = '[[guard]]\nid = "mine"\nversion = 1\nvalid_from = 2026-01-01\nowner = "o"\n'
    assert message in fault(added("guards.toml", f'{head}source = "test"\n{row}'))
