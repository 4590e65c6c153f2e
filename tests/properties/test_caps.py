"""Contact caps and hours, under any interleaving of what clients, desks and doors do."""

from hypothesis import given
from hypothesis import strategies as st

from schemas import facts
from schemas.tasks import Claim, ClaimKind, TaskState
from schemas.time import DAY, HOUR, MINUTE, Instant, format_instant
from tests.builders import ACCOUNT, MONDAY_10, Life, yuan

_DEEDS = ("inflow", "talk", "show", "start", "page", "risk", "opt_in", "complain", "solve")
_INTENTS = ("worry", "leave", "invest_idle", "complain")
_STEPS = st.tuples(
    st.sampled_from(_DEEDS),
    st.integers(0, 40),
    st.integers(0, 3),
    st.booleans(),
)


class Client:
    """A life that shows and starts whatever it may, as early as it can."""

    def __init__(self):
        self.life = Life()
        self.now = MONDAY_10
        self.said = 0
        self.heard = []
        self.claims = {}

    def tasks(self):
        newest = {}
        for output in self.life.outputs:
            if isinstance(output.event, facts.TaskChanged):
                newest[output.event.data.task_id] = output.event.data
        return [task for task in newest.values() if task.state is not TaskState.STARTED]

    def do(self, deed, hours, which, is_late):
        self.now = Instant(self.now + hours * HOUR // 2)
        self.said += 1
        at = Instant(self.now - is_late * 20 * HOUR)
        getattr(self, f"_{deed}")(at, which)

    def _say(self, kind, data, at, **more):
        more |= {"at": at, "received": self.now, "event_id": f"e{self.said}"}
        self.heard.append((kind, data, more))
        self.life.say(kind, data, **more)

    def _inflow(self, at, which):
        flow = {"account": ACCOUNT, "flow": f"f{self.said}", "direction": "in", "kind": "other"}
        self._say("corebank.flow_posted", flow | {"amount": yuan(200_000 * (which + 1))}, at)

    def _talk(self, at, which):
        said = {
            "session": "s",
            "turn": 1,
            "channel": "ai",
            "language": "zh",
            "reading": "accept",
            "guesses": [{"intent": _INTENTS[which], "p": 0.9}],
            "margin": 0.5,
            "model": "m",
            "path": "p",
        }
        self._say("conversation.utterance_understood", said, at)

    def _page(self, at, which):
        pages = ("redemption", "holdings", "product_detail", "maturity")
        self._say("app.page_viewed", {"page": pages[which]}, at)

    def _risk(self, at, which):
        test = {"risk_class": which + 1, "actor": "client", "device": "client"}
        self._say("corebank.risk_test_taken", test | {"taken_at": format_instant(at)}, at)

    def _opt_in(self, at, which):
        self._say("consent.consent_changed", {"purpose": "marketing", "given": which > 0}, at)

    def _complain(self, at, which):
        if which:
            self._say("consent.complaint_opened", {"complaint": f"k{which}", "topic": "x"}, at)
        else:
            data = {"complaint": "k1", "client_agrees": True}
            self._say("consent.complaint_closed", data, at)

    def _show(self, at, which):
        """The app shows whatever is proposed, if the door's own clock allows it."""
        for task in self.tasks():
            if task.desk is None and task.state is TaskState.PROPOSED and _may_show(task, at):
                data = {"task_id": task.task_id, "task_version": 1, "channel": "app"}
                self._say("desk.task_presented", data, at)
                self.said += 1

    def _start(self, at, which):
        for task in self.tasks():
            if task.desk is not None:
                self._claim(task, ClaimKind.STARTED)

    def _solve(self, at, which):
        for output in reversed(self.life.outputs):
            fact = output.event
            if isinstance(fact, facts.TaskChanged) and fact.data.desk is not None:
                outcome = ("unreachable", "not_now", "refused", "converted")[which]
                self._claim(fact.data, ClaimKind.COMPLETED, outcome=outcome)
                return

    def _claim(self, task, kind, **more):
        number = self.claims[task.task_id] = self.claims.get(task.task_id, 0) + 1
        data = {
            "task_id": task.task_id,
            "task_version": task.version,
            "number": number,
            "desk": task.desk,
            "kind": kind.value,
            "at": format_instant(self.now),
        }
        assert Claim.model_fields.keys() >= data.keys()
        self.said += 1
        self._say("desk.task_claimed", data | more, self.now, source="/suishen/desk-fold")


def _may_show(task, at):
    if at >= task.expires or task.window is None:
        return task.window is None
    minute = (at // MINUTE + task.window.utc_offset_minutes) % 1440
    return task.window.opens <= minute < task.window.closes


def granted(life):
    """Marketing contacts that were granted and reached the client, from the facts alone."""
    reached = {}
    for output in life.outputs:
        fact = output.event
        if isinstance(fact, facts.ContactCounted):
            if fact.data.change == "spent":
                reached[fact.data.task_id] = (fact.time, fact.data.method)
            elif fact.data.change == "returned":
                reached.pop(fact.data.task_id, None)
    return sorted(reached.values())


@given(st.lists(_STEPS, max_size=40))
def test_no_interleaving_overshoots_a_cap(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    contacts = granted(client.life)
    for at, method in contacts:
        week = [(t, m) for t, m in contacts if at - 7 * DAY < t <= at]
        assert len(week) <= 2
        assert sum(t > at - DAY for t, _ in week) <= 1
        assert method != "call" or sum(m == "call" for _, m in week) <= 1


@given(st.lists(_STEPS, max_size=30))
def test_no_app_offer_is_proposed_outside_the_hours_and_every_marketing_task_carries_them(steps):
    client = Client()
    for step in steps:
        client.do(*step)
    for output in client.life.outputs:
        fact = output.event
        if isinstance(fact, facts.TaskChanged) and fact.data.marketing:
            window = fact.data.window
            assert (window.opens, window.closes) == (540, 1260)
            if fact.data.version == 1 and fact.data.desk is None:
                assert _may_show(fact.data, fact.time)


@given(st.lists(_STEPS, max_size=30))
def test_a_late_event_proposes_nothing(steps):
    client = Client()
    for deed, hours, which, _ in steps:
        client.do(deed, hours, which, is_late=False)
    client.said += 1
    old = Instant(client.now - 9 * DAY)
    client.life.wait(client.now)
    before = len(client.life.outputs)
    client.life.say("app.page_viewed", {"page": "redemption"}, at=old, received=client.now)
    said = [output.event for output in client.life.outputs[before:]]
    assert not any(isinstance(fact, facts.TaskChanged) and fact.data.version == 1 for fact in said)


@given(st.lists(_STEPS, max_size=30))
def test_a_state_written_and_read_between_events_changes_nothing(steps):
    once, again = Client(), Client()
    for step in steps:
        once.do(*step)
        fold = again.life.fold
        again.life.state = fold.decode(fold.encode(again.life.state))
        again.do(*step)
    assert [o.event for o in once.life.outputs] == [o.event for o in again.life.outputs]
    assert once.life.fold.encode(once.life.state) == again.life.fold.encode(again.life.state)


@given(st.lists(_STEPS, max_size=20))
def test_an_event_heard_twice_decides_the_same(steps):
    once, twice = Client(), Client()
    for step in steps:
        once.do(*step)
        twice.do(*step)
        repeated = twice.life.outputs and step[0] in ("inflow", "talk", "page", "complain")
        if repeated:
            twice.now = Instant(twice.now - step[1] * HOUR // 2)
            twice.said -= 1
            twice.do(*step)
    mine = [o.event for o in once.life.outputs if isinstance(o.event, facts.TaskChanged)]
    theirs = [o.event for o in twice.life.outputs if isinstance(o.event, facts.TaskChanged)]
    assert mine == theirs


@given(st.lists(_STEPS, max_size=20))
def test_ticks_on_time_or_never_give_the_same_tasks(steps):
    """The same log with ticks and without: what a desk says of a task is in the log too."""
    punctual, idle = Client(), Life()
    for step in steps:
        punctual.life.wait(Instant(punctual.now + step[1] * HOUR // 2))
        punctual.do(*step)
    for kind, data, more in punctual.heard:
        idle.say(kind, data, **more)
    lives = (punctual.life, idle)
    for life in lives:
        life.wait(Instant(punctual.now + 20 * DAY))
    mine, theirs = ([o for o in life.outputs if _of_a_task(o)] for life in lives)
    assert {o.event.id: o.event.data for o in mine} == {o.event.id: o.event.data for o in theirs}


def _of_a_task(output):
    return isinstance(output.event, facts.TaskChanged)
