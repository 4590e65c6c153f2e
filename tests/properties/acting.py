"""A client, desks and doors that act in any order, for properties of what the fold decides."""

from hypothesis import strategies as st

from schemas import facts
from schemas.tasks import Claim, ClaimKind, TaskState
from schemas.time import HOUR, MINUTE, Instant, format_instant
from tests.builders import ACCOUNT, MONDAY_10, Life, yuan

_DEEDS = ("inflow", "talk", "show", "start", "page", "risk", "opt_in", "complain", "solve")
_INTENTS = ("worry", "leave", "invest_idle", "complain")
STEPS = st.tuples(
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
            if task.desk is None and task.state is TaskState.PROPOSED and may_show(task, at):
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


def may_show(task, at):
    if at >= task.expires or task.window is None:
        return task.window is None
    minute = (at // MINUTE + task.window.utc_offset_minutes) % 1440
    return task.window.opens <= minute < task.window.closes
