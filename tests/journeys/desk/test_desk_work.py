"""Which tasks stand on a desk: its hours, licence, language and absence."""

from journeys.desk.fold import DeskFold
from journeys.step import Route
from schemas import codec
from schemas.signals.desk import TaskOffered
from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, an_event, the_reference
from tests.streams.readmodel.facts_made import TASK, a_task


class Desk:
    """One desk's log; messages of the client fold are put on it by hand."""

    def __init__(self, name="rm-li"):
        self.fold, self.name, self.at = DeskFold(), name, MONDAY_10
        self.state = self.fold.begin(name)
        self.said, self.claims = 0, []

    def hear(self, event):
        step = self.fold.apply(self.state, event, the_reference())
        self.state = self.fold.decode(self.fold.encode(step.state))
        claims = [o.event.data for o in step.outputs if o.route is Route.CLIENT_EVENTS]
        self.claims += claims
        return claims

    def offer(self, **changes):
        self.said += 1
        task = a_task(state=TaskState.PROPOSED, version=1, desk=self.name).model_copy(
            update=changes
        )
        return self.hear(
            codec.build(
                TaskOffered, task, event_id=f"o{self.said}", source="/suishen/client-fold",
                key=self.name, time=self.at, receivedat=self.at,
            )
        )  # fmt: skip

    def roster(self, *shifts, version=1, **more):
        self.said += 1
        spans = [
            {"starts": format_instant(Instant(MONDAY_10 + s * HOUR)),
             "ends": format_instant(Instant(MONDAY_10 + e * HOUR))}
            for s, e in shifts
        ]  # fmt: skip
        data = {"version": version, "shifts": spans} | more
        event = an_event(
            "desk.roster_set", data, key=self.name, at=self.at, event_id=f"r{self.said}"
        )
        return self.hear(event)

    def hear_tick(self):
        """The timer service wakes the desk."""
        due = {"due": format_instant(self.at)}
        return self.hear(an_event("engine.ticked", due, key=self.name, at=self.at))

    def act(self, action, **more):
        self.said += 1
        data = {"task_id": TASK, "task_version": 1, "action": action, "actor": "li"} | more
        event = an_event(
            "desk.desk_acted", data, key=self.name, at=self.at, event_id=f"a{self.said}"
        )
        return self.hear(event)


def kinds(claims):
    return [(str(claim.kind), claim.to) for claim in claims]


def test_a_desk_without_the_licence_says_so_and_keeps_nothing():
    desk = Desk()
    desk.roster((0, 8), licences=["insurance"])
    assert kinds(desk.offer(licence="fund")) == [("no_licence", None)]
    assert desk.state.entries == ()


def test_a_desk_that_does_not_speak_the_clients_language_says_so():
    desk = Desk()
    desk.roster((0, 8), languages=["zh"])
    assert kinds(desk.offer(language="en")) == [("no_language", None)]


def test_licence_and_language_are_enough():
    desk = Desk()
    desk.roster((0, 8), licences=["fund"], languages=["zh", "en"])
    assert kinds(desk.offer(licence="fund", language="en")) == [("assigned", None)]


def test_a_desk_whose_roster_nobody_told_is_taken_to_work():
    assert kinds(Desk().offer(licence="fund", language="en")) == [("assigned", None)]


def test_a_licence_that_is_gone_takes_waiting_tasks_with_it_but_none_in_hand():
    desk = Desk()
    desk.roster((0, 8), licences=["fund"])
    desk.offer(licence="fund")
    assert kinds(desk.roster((0, 8), version=2)) == [("no_licence", None)]
    desk = Desk()
    desk.roster((0, 8), licences=["fund"])
    desk.offer(licence="fund")
    desk.act("accept")
    assert desk.roster((0, 8), version=2) == []


def test_who_is_away_until_the_task_expires_has_a_deputy():
    desk = Desk()
    desk.roster((48, 56), deputy="rm-wang")
    assert kinds(desk.offer()) == [("no_desk_hours", "rm-wang")]


def test_a_deputy_who_is_away_too_does_not_play_it_back():
    desk = Desk()
    desk.roster((48, 56), deputy="rm-wang")
    claims = desk.offer(state=TaskState.HANDED_OVER, state_reason="deputy")
    assert kinds(claims) == [("no_desk_hours", None)]


def test_who_is_there_but_full_has_no_need_of_a_deputy():
    desk = Desk()
    desk.roster((0, 8), booked=[
        {"starts": format_instant(MONDAY_10), "ends": format_instant(Instant(MONDAY_10 + DAY))}
    ], deputy="rm-wang")  # fmt: skip
    assert kinds(desk.offer()) == [("no_desk_hours", None)]


def test_a_task_that_is_not_here_may_not_be_worked_here():
    desk = Desk()
    assert desk.act("complete", outcome="solved") == []
    assert desk.state.entries == ()


def test_a_completed_task_counts_for_the_floor_of_its_day():
    desk = Desk()
    desk.offer(unserved=True, marketing=False)
    desk.act("accept")
    desk.act("complete", outcome="solved")
    assert (desk.state.spent.minutes, desk.state.spent.unserved) == (20, 20)
    desk.at = Instant(MONDAY_10 + DAY)
    later = Instant(MONDAY_10 + 2 * DAY)
    desk.offer(task_id="t_" + "1" * 32, marketing=False, expires=later)
    data = {"task_id": "t_" + "1" * 32}
    desk.act("accept", **data)
    desk.act("complete", outcome="solved", **data)
    assert (desk.state.spent.minutes, desk.state.spent.unserved) == (20, 0)


# Said once more: a desk's log may repeat any record of it.


def worked():
    """A task accepted, started and completed here before the client's log has answered."""
    desk = Desk()
    desk.offer()
    for action in ("accept", "start"):
        desk.act(action)
    desk.act("complete", outcome="refused")
    return desk


def test_an_offer_said_again_does_not_bring_back_a_task_that_was_completed():
    desk = worked()
    assert desk.offer() == []
    assert desk.state.entries == ()


def test_an_offer_from_before_a_recall_does_not_bring_the_task_back():
    desk = Desk()
    desk.offer()
    desk.offer(version=4, state=TaskState.RECALLED)
    for version in (1, 3, 4):
        assert desk.offer(version=version) == []
    assert desk.state.entries == ()


def test_what_was_heard_after_the_task_left_counts_as_well():
    desk = worked()
    desk.offer(version=5, state=TaskState.COMPLETED)
    assert desk.offer(version=4, state=TaskState.STARTED) == []
    assert desk.state.entries == ()


def test_a_task_that_comes_back_at_a_newer_version_is_taken():
    desk = worked()
    back = desk.offer(version=6, state=TaskState.HANDED_OVER, claim=4)
    assert [(str(claim.kind), claim.number) for claim in back] == [("assigned", 5)]


def test_what_a_desk_may_not_do_is_answered_once():
    desk = Desk()
    desk.roster((0, 8), licences=["insurance"])
    assert kinds(desk.offer(licence="fund")) == [("no_licence", None)]
    assert desk.offer(licence="fund") == []


def test_a_task_past_its_time_leaves_by_itself_and_does_not_come_back():
    desk = Desk()
    desk.offer(backups=())
    expires = desk.state.entries[0].expires
    assert desk.fold.next_due(desk.state) <= expires
    desk.at = expires
    assert desk.act("accept") == []
    assert desk.state.entries == ()
    desk.at = Instant(expires + 400 * DAY)
    assert desk.offer(backups=()) == []
    assert desk.state.entries == ()


def test_a_talk_that_goes_on_past_its_time_is_no_task_to_take_away():
    desk = Desk()
    desk.offer()
    for action in ("accept", "start"):
        desk.act(action)
    desk.at = Instant(desk.state.entries[0].expires + HOUR)
    assert kinds(desk.act("complete", outcome="solved")) == [("completed", None)]


def test_what_is_remembered_of_tasks_that_left_has_its_bound():
    desk = Desk()
    for n in range(150):
        desk.offer(task_id=f"t_{n:032x}")
        desk.offer(task_id=f"t_{n:032x}", version=2, state=TaskState.RECALLED)
    assert len(desk.state.left) == 128
    assert len(desk.fold.encode(desk.state)) < 6_000
    desk.at = Instant(desk.state.left[0].until)
    desk.offer(version=2, state=TaskState.RECALLED)
    assert len(desk.state.left) == 1
