"""What keeps a talk from being started now.

Stops, hours and the task's end are the door's: it refuses the act, and the button is grey. What the
client said and full caps are the fold's, which alone grants a start: the page says beforehand what
it would answer, of what the read model knows, and the button stays.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from channels.workbench.room import BEFORE, Wait, wait_of
from journeys.catalogue.edition import ContactPolicy
from journeys.decide.contact_policy import LONGEST, is_open, opens_at
from schemas.decisions import WithheldReason
from schemas.reference import Stop
from schemas.tasks import SendWindow, TaskState
from schemas.time import Instant, parse_instant
from schemas.wire import Method
from streams.readmodel.allowance import Allowance
from streams.readmodel.queries import Views

EXPIRED: Final = "expired"


class Bar(NamedTuple):
    """Why a talk may not be started now: the first reason of several."""

    reason: str
    until: Instant | None = None
    """When it may be started, where time alone leads there."""
    wait: Wait | None = None
    """What has the contact, where a cap is full."""
    method: str = ""
    hours: SendWindow | None = None
    is_final: bool = False
    """Does the door refuse it? Else the fold is asked, and it may know better."""


class Barring:
    """Looks up, once for many tasks, what bars each."""

    def __init__(
        self,
        views: Views,
        tasks: Sequence[Mapping[str, Any]],
        policy: ContactPolicy,
        *,
        now: Instant,
    ) -> None:
        clients = {task["client"] for task in tasks if task["marketing"]}
        self._policy, self._now = policy, now
        self._slots = views.slots(clients, since=Instant(now - LONGEST)) if clients else []
        self._allowed = views.allowances(clients) if clients else {}

    def wait_of(self, task: Mapping[str, Any]) -> Wait | None:
        """What has the client's contact, where a cap keeps the task from being started."""
        mine = [slot for slot in self._slots if slot.client == task["client"]]
        return wait_of(task, mine, self._policy, now=self._now)

    def of(self, task: Mapping[str, Any], stop: Stop | None = None) -> Bar | None:
        """What bars the talk of a task of a desk; `None` if nothing that can be seen from here."""
        if task["desk"] is None or TaskState(task["state"]) not in BEFORE:
            return None
        if stop is not None:
            return Bar(WithheldReason.STOPPED, is_final=True)
        if self._now >= parse_instant(task["expires"]):
            return Bar(EXPIRED, is_final=True)
        no = None if self._has_slot(task) else self._person(task) or self._cap(task)
        hours = self._hours(task)
        return hours if no is None else no._replace(is_final=hours is not None)

    def _has_slot(self, task: Mapping[str, Any]) -> bool:
        """Was its slot spent, and then it was handed over? The fold asks the client's word once."""
        return any(not one.is_held and one.of(task["task_id"]) for one in self._slots)

    def _person(self, task: Mapping[str, Any]) -> Bar | None:
        if not task["marketing"]:
            return None
        allowed: Allowance = self._allowed[task["client"]]
        method = task["method"]
        if allowed.complaints:
            return Bar(WithheldReason.COMPLAINT_OPEN)
        if method in allowed.opted_out or (allowed.methods and method not in allowed.methods):
            return Bar(WithheldReason.OPTED_OUT, method=method)
        if method == Method.CALL and self._now < allowed.do_not_call_until:
            return Bar(WithheldReason.DO_NOT_CALL, allowed.do_not_call_until)
        return None

    def _cap(self, task: Mapping[str, Any]) -> Bar | None:
        wait = self.wait_of(task)
        return None if wait is None else Bar(wait.cap, wait.starts, wait)

    def _hours(self, task: Mapping[str, Any]) -> Bar | None:
        hours = None if task["window"] is None else SendWindow(**task["window"])
        if hours is None or is_open(hours, self._now):
            return None
        opens = opens_at(hours, self._now)
        return Bar(WithheldReason.QUIET_HOURS, opens, hours=hours, is_final=True)
