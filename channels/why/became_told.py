"""What became of the tasks that a decision issued, in sentences of one language."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from channels.why.contact_told import ends
from channels.workbench.wording import Words
from schemas.facts import ContactCounted
from schemas.tasks import OPEN_STATES, Outcome, Task, TaskState
from schemas.wire import Channel

_SAID: Final = {
    "title": ("后来：", "What became of it:"),
    "task": (
        "{action}，{channel}，任务 {id}：{reached}",
        "{action}, by {channel}, task {id}: {reached}",
    ),
    "reached": ("已联系客户，{time}", "the client was contacted, {time}"),
    "tried": ("曾尝试，未联系上客户", "tried, and the client was not reached"),
    "unreached": ("没有联系客户", "the client was not contacted"),
    "proposed": ("提出", "proposed"),
    "change": ("{time} {what}", "{time} {what}"),
    "with": ("{state}：{why}", "{state}: {why}"),
    "shown": ("已向客户展示", "shown to the client"),
    "begun": ("坐席开始联系", "the desk began the contact"),
    "not_granted": ("坐席未获准联系", "the desk was not granted the contact"),
    "at_desk": ("{state}，坐席 {desk}", "{state}, desk {desk}"),
    "until": ("至 {time}", "until {time}"),
    "attempts": ("第 {count} 次", "attempt {count}"),
    "expires": ("{time} 前有效", "open until {time}"),
    "crossed": ("虽已收回", "though it had been recalled"),
    "held": (
        "占用联系名额（7 天 {count}/{cap}）",
        "slot held ({count} of {cap} in 7 days)",
    ),
    "spent": (
        "联系名额已用（7 天 {count}/{cap}）",
        "slot used ({count} of {cap} in 7 days)",
    ),
    "outside": (
        "未获名额而联系，仍计入（7 天 {count}/{cap}）",
        "made without a slot, counted all the same ({count} of {cap} in 7 days)",
    ),
    "returned": (
        "名额归还（7 天 {count}/{cap}）",
        "slot given back ({count} of {cap} in 7 days)",
    ),
    "unspent": (
        "未联系上不算联系，名额归还（7 天 {count}/{cap}）",
        "who is not reached is not contacted, slot given back ({count} of {cap} in 7 days)",
    ),
    "asked": (
        (
            "此时已核并通过：停联、投诉与退订、谢绝后的间隔、频次上限、"
            "客户当地联系时段 {opens}–{closes}"
        ),
        (
            "asked then and passed: stops, complaint and opt-out, rest after a decline, caps, "
            "contact hours {opens}–{closes} where the client lives"
        ),
    ),
    "service": (
        "服务性联系：此时只核停联",
        "a service contact: stops alone are asked then",
    ),
    "open": ("日志止时仍未了结", "still open where the log ends"),
}
"""Sentences by name: Chinese, English."""
_BY_ITSELF: Final = frozenset({Channel.APP, Channel.AI, Channel.PARTNER})
"""Channels that show a task without a person."""
_UNREACHED: Final = frozenset({Outcome.UNREACHABLE, Outcome.WRONG_PERSON})


class Became:
    """Fates of tasks in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._place = 0 if words.language == "zh" else 1

    def lines(
        self, versions: Sequence[Task], counted: Sequence[ContactCounted] = ()
    ) -> Iterator[str]:
        """Each task by what it came to, then change by change; nothing where none was issued.

        Args:
            versions: of all tasks of a decision, in order.
            counted: the moves of their contact slots.
        """
        if not versions:
            return
        yield self._say("title")
        for task_id in dict.fromkeys(one.task_id for one in versions):
            mine = [one for one in versions if one.task_id == task_id]
            yield "  " + self._task(mine)
            yield from ("    " + line for line in self._changes(mine, counted))

    def _task(self, versions: Sequence[Task]) -> str:
        last = versions[-1]
        return self._say(
            "task",
            action=self._words.action_with_id(last.action),
            channel=self._words.code("channel", last.channel),
            id=last.task_id,
            reached=self._reached(versions),
        )

    def outcomes(self, versions: Sequence[Task]) -> list[str]:
        """Was the client contacted by each task, in a word, without the changes."""
        names = dict.fromkeys(one.task_id for one in versions)
        return [self._reached([one for one in versions if one.task_id == name]) for name in names]

    def _reached(self, versions: Sequence[Task]) -> str:
        """Was the client contacted at last, and when."""
        contact = reached(versions)
        if contact is None:
            return self._say("tried" if any(map(_is_unreached, versions)) else "unreached")
        return self._say("reached", time=self._time(contact.changed_at))

    def _changes(
        self, versions: Sequence[Task], counted: Sequence[ContactCounted]
    ) -> Iterator[str]:
        first, last = versions[0], versions[-1]
        expires = self._say("expires", time=self._time(first.expires))
        desk = self._at_desk(first, self._say("proposed"))
        why = self._list([expires, *self._counted(first, counted)])
        yield self._change(first, self._say("with", state=desk, why=why))
        for before, one in pairwise(versions):
            yield self._change(one, self._state(before, one, counted))
        if last.state in OPEN_STATES:
            yield self._say("open")

    def _counted(self, one: Task, counted: Sequence[ContactCounted]) -> Iterator[str]:
        """What its change did to the slots, as the ledger counts them after it, and on what."""
        for use in (fact.data for fact in counted if fact.time == one.changed_at):
            if use.task_id != one.task_id:
                continue
            is_tried = use.change == "returned" and _is_unreached(one)
            how = "unspent" if is_tried else str(use.change)
            yield self._say(how, count=use.used_week + use.held_week, cap=use.cap_week)
            if use.change == "spent" and one.window is not None and _is_begun(one):
                yield self._say("asked", **ends(one.window))
        if not one.marketing and _is_begun(one):
            yield self._say("service")

    def _state(self, before: Task, one: Task, counted: Sequence[ContactCounted]) -> str:
        state = self._named(before, one)
        if one.desk != before.desk:
            state = self._at_desk(one, state)
        why = [*self._why(before, one), *self._counted(one, counted)]
        return self._say("with", state=state, why=self._list(why)) if why else state

    def _named(self, before: Task, one: Task) -> str:
        if one.state is TaskState.STARTED:
            return self._say("shown" if one.channel in _BY_ITSELF else "begun")
        if one.state is TaskState.ACCEPTED and before.state is TaskState.ACCEPTED:
            return self._say("not_granted")
        return self._words.code("state", one.state)

    def _why(self, before: Task, one: Task) -> Iterator[str]:
        """Outcome, reason, and until when it sleeps."""
        if one.outcome is not None and one.outcome != before.outcome:
            yield self._words.code("outcome", one.outcome)
        if one.state_reason is not None and one.state_reason != str(one.state):
            yield self._words.code("reason", one.state_reason)
        if one.attempts > before.attempts and one.state_reason == Outcome.UNREACHABLE:
            yield self._say("attempts", count=one.attempts)
        if one.state is TaskState.SNOOZED and one.snoozed_until is not None:
            yield self._say("until", time=self._time(one.snoozed_until))
        if one.crossed_recall and not before.crossed_recall:
            yield self._say("crossed")

    def _at_desk(self, one: Task, state: str) -> str:
        return state if one.desk is None else self._say("at_desk", state=state, desk=one.desk)

    def _change(self, one: Task, what: str) -> str:
        return self._say("change", time=self._time(one.changed_at), what=what)

    def _time(self, moment: int) -> str:
        return self._words.time(moment, with_year=True)

    def _list(self, words: Sequence[str]) -> str:
        return ("，" if self._place == 0 else ", ").join(words)

    def _say(self, name: str, /, **values: object) -> str:
        return _SAID[name][self._place].format(**values)


def reached(versions: Sequence[Task]) -> Task | None:
    """The version by which the client was contacted, if nothing said after it that they were not.

    Args:
        versions: of one task, in order.
    """
    found: Task | None = None
    for one in versions:
        if _is_unreached(one):
            found = None
        elif found is None and (one.state is TaskState.STARTED or one.outcome is not None):
            found = one
    return found


def _is_unreached(one: Task) -> bool:
    return one.outcome in _UNREACHED or one.state_reason == Outcome.UNREACHABLE


def _is_begun(one: Task) -> bool:
    """By a desk: what a channel shows has its slot from the start."""
    return one.state is TaskState.STARTED and one.channel not in _BY_ITSELF
