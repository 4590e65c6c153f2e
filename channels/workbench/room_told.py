"""What has a client's contact caps, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Final

from channels.workbench.barring import EXPIRED, Bar
from channels.workbench.room import Kept, Room, Wait
from channels.workbench.wording import Words
from schemas.decisions import WithheldReason
from schemas.tasks import SendWindow

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
_BARRED: Final[Mapping[str, str]] = {
    WithheldReason.STOPPED: "Cannot be started: such contacts are stopped for now.",
    WithheldReason.COMPLAINT_OPEN: (
        "Cannot be started: a complaint of the client is open, and until it is closed nothing is "
        "marketed."
    ),
    WithheldReason.OPTED_OUT: (
        "Cannot be started: the client allows no marketing by this way (%(way)s)."
    ),
    EXPIRED: "Cannot be started: the task has expired.",
}
_NOT_BEFORE: Final[Mapping[str, str]] = {
    WithheldReason.DO_NOT_CALL: "the client is on the do-not-call list",
    WithheldReason.QUIET_HOURS: "it is outside the contact hours, %(opens)s to %(closes)s",
}
_SPANS: Final = {WithheldReason.CAP_DAY: "in 24 hours", WithheldReason.CAP_WEEK: "in 7 days"}


def barred(words: Words, bar: Bar) -> str:
    """Why a talk cannot be started now and, where time leads there, from when on it can."""
    if bar.wait is not None:
        return waits(words, bar.wait)
    if bar.until is None:
        return words.say(_BARRED[bar.reason], way=words.code("method", bar.method))
    why = words.say(_NOT_BEFORE[bar.reason], **_span(bar.hours))
    return words.say(
        "Cannot be started before %(time)s: %(kept)s.", time=words.time(bar.until), kept=why
    )


def _span(hours: SendWindow | None) -> dict[str, str]:
    if hours is None:
        return {}
    named = {"opens": hours.opens, "closes": hours.closes}
    return {name: f"{minute // 60:02}:{minute % 60:02}" for name, minute in named.items()}


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
