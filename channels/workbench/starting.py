"""Why a talk could not be started, for as long as that stands."""

from collections.abc import Mapping
from typing import Any, Final

from channels.workbench.room import Wait, wait_of
from journeys.catalogue.edition import ContactPolicy
from journeys.decide.contact_policy import LONGEST, is_open
from schemas.decisions import WithheldReason
from schemas.tasks import SendWindow, TaskState
from schemas.time import Instant, parse_instant
from streams.readmodel.queries import Views

_CAPS: Final = frozenset(
    {WithheldReason.CAP_DAY, WithheldReason.CAP_WEEK, WithheldReason.CAP_CHANNEL}
)


class Starting:
    """What the pages know of the client's contact: what they account for, they may also clear."""

    def __init__(self, views: Views, policy: ContactPolicy, *, now: Instant) -> None:
        self._views, self._policy, self._now = views, policy, now

    def refused(
        self, task: Mapping[str, Any], *, wait: Wait | None, is_stopped: bool
    ) -> str | None:
        """Why the last start was refused; `None` once what stood in its way is known to be gone.

        The fold alone knows every reason, and an accepted task keeps the words until it moves on.
        They go where this page can tell what was in the way then, and that it is no more.
        """
        reason: str | None = task["state_reason"]
        if task["state"] != TaskState.ACCEPTED or reason is None:
            return None
        at = parse_instant(task["changed_at"])
        if reason in _CAPS:
            is_gone = wait is None and self._was_full(task, at)
        elif reason == WithheldReason.STOPPED:
            is_gone = not is_stopped and self._views.was_lifted(since=at)
        else:
            is_gone = reason == WithheldReason.QUIET_HOURS and self._has_opened(task, at)
        return None if is_gone else reason

    def _was_full(self, task: Mapping[str, Any], at: Instant) -> bool:
        """Can the page account for it? Not for an outlet's narrower cap."""
        then = self._views.slots({task["client"]}, since=Instant(at - LONGEST), until=at)
        return wait_of(task, then, self._policy, now=at) is not None

    def _has_opened(self, task: Mapping[str, Any], at: Instant) -> bool:
        if task["window"] is None:
            return False
        hours = SendWindow(**task["window"])
        return is_open(hours, self._now) and not is_open(hours, at)
