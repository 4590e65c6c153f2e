"""What has a client's contact caps, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from channels.workbench.room import Kept, Room, Wait, wait_of
from channels.workbench.wording import Words
from journeys.catalogue.edition import ContactPolicy
from journeys.decide.contact_policy import LONGEST
from schemas.decisions import WithheldReason
from schemas.time import Instant
from streams.readmodel.queries import Views

_SLOTS: Final[Mapping[WithheldReason, tuple[str, str]]] = {
    WithheldReason.CAP_DAY: (
        "the one marketing contact in 24 hours",
        "one of %(limit)s marketing contacts in 24 hours",
    ),
    WithheldReason.CAP_WEEK: (
        "the one marketing contact in 7 days",
        "one of %(limit)s marketing contacts in 7 days",
    ),
    WithheldReason.CAP_CHANNEL: ("the one call in 7 days", "one of %(limit)s calls in 7 days"),
}
"""What is kept: where there is one, and where there are more."""
_SPANS: Final = {WithheldReason.CAP_DAY: "in 24 hours", WithheldReason.CAP_WEEK: "in 7 days"}


class Waiting:
    """Looks up, once for many tasks, what each waits for."""

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

    def of(self, task: Mapping[str, Any]) -> Wait | None:
        """Why a task cannot be started yet; `None` if no cap keeps it."""
        mine = [slot for slot in self._slots if slot.client == task["client"]]
        return wait_of(task, mine, self._policy, now=self._now)


def waits(words: Words, wait: Wait) -> str:
    """When a task can be started, and what has the contact until then."""
    comma = "；" if words.language == "zh" else "; "
    kept = comma.join(_kept(words, wait, each) for each in wait.kept)
    return words.say(
        "Cannot be started before %(time)s: %(kept)s.", time=words.time(wait.starts), kept=kept
    )


def left(words: Words, found: Sequence[Room]) -> str:
    """Contacts made and held, of the caps of a day and a week."""
    return " · ".join(
        words.say(
            "%(span)s: %(made)s made, %(held)s held of %(limit)s",
            span=words.say(_SPANS[room.cap]),
            made=room.made,
            held=room.held,
            limit=room.limit,
        )
        for room in found
    )


def _kept(words: Words, wait: Wait, each: Kept) -> str:
    one, many = _SLOTS[wait.cap]
    share = words.say(one) if wait.limit == 1 else words.say(many, limit=wait.limit)
    slot, until = each.slot, words.time(each.until)
    if slot.task is None:
        what = words.say("a contact (%(method)s)", method=words.code("method", slot.method))
    else:
        what = words.say(
            "“%(action)s” (%(channel)s)",
            action=words.action(slot.task["action"]),
            channel=words.code("channel", slot.task["channel"]),
        )
    if slot.is_held:
        return words.say(
            "%(what)s holds %(slot)s until %(until)s", what=what, slot=share, until=until
        )
    return words.say(
        "%(what)s took %(slot)s at %(at)s", what=what, slot=share, at=words.time(slot.at)
    )
