"""Consent, caps, contact hours and what a service notice is spared, in sentences."""

from collections.abc import Iterable, Sequence
from typing import Final

from channels.workbench.wording import Words
from journeys.client.state import Allowed
from journeys.decide.contact_policy import HeldFor, Slots
from journeys.decide.explain import Answer
from schemas.decisions import WithheldReason
from schemas.tasks import SendWindow
from schemas.time import Instant
from schemas.wire import Method

CLEAR: Final = frozenset({"consent", "service", "desk_hours"})
"""Rows whose facts say by themselves that nothing stands in the way."""
_SPARED: Final = "ct05"
"""The row by which a service notice skips those of marketing."""
_SAID: Final = {
    "consent": (
        "营销：同意（{marketing}，{methods}）；画像：同意（{profiling}）",
        "to marketing given {marketing}, {methods}; to profiling given {profiling}",
    ),
    "refused": ("{reason}，{since}（{rule}）", "{reason}, {since} ({rule})"),
    "last_said": ("最近一次表示于 {time}", "last said {time}"),
    "never": ("从未给出", "never given"),
    "no_time": ("时间不详", "at a time not known"),
    "every": ("各种方式", "by any way of contact"),
    "by": ("限 {methods}", "by {methods} alone"),
    "no_need": (
        "无须营销同意：这是服务性联系（{rule}）",
        "no consent to marketing needed for a service contact ({rule})",
    ),
    "service": (
        "投诉与退订、谢绝后的间隔、频次上限和联系时段不适用于服务性联系（{rule}）",
        (
            "complaint and opt-out, rests, caps and contact hours do not bind a service contact "
            "({rule})"
        ),
    ),
    "rule": ("{rule}，第 {version} 版", "{rule}, version {version}"),
    "slots": ("{window}内 {count}/{limit}", "{count} of {limit} in {window}"),
    "filled": ("{slots}（{parts}）", "{slots} ({parts})"),
    "made": ("已联系 {count} 次：{contacts}", "{count} made: {contacts}"),
    "contact": ("{method} {time}", "{method} {time}"),
    "call": (
        "电话自拨出起计入，未联系上则归还名额",
        "a call counts once it is begun and gives its slot back if nobody is reached",
    ),
    "held": (
        "占用未联系 {count} 次：{tasks}",
        "{count} held, not made yet: {tasks}",
    ),
    "task": ("待办「{action}」，至 {until}", "for the task '{action}' until {until}"),
    "unnamed": ("待办 {action}，至 {until}", "for task {action} until {until}"),
    "open": (
        "{time}，在客户当地 {opens}–{closes} 之内",
        "{time}, within {opens}–{closes} where the client lives",
    ),
    "at_desk": (
        "由坐席联系时再核（客户当地 {opens}–{closes}），到时还要占用频次名额",
        (
            "asked when the desk makes the contact ({opens}–{closes} where the client lives), "
            "and a slot under the caps with it"
        ),
    ),
}
"""Sentences by name: Chinese, English."""
_WINDOWS: Final = {
    WithheldReason.CAP_DAY: ("24 小时", "24 hours"),
    WithheldReason.CAP_WEEK: ("7 天", "7 days"),
    WithheldReason.CAP_CHANNEL: ("7 天电话", "7 days of calls"),
}


class Contacts:
    """What a contact rests on, in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._place = 0 if words.language == "zh" else 1

    def facts(self, answer: Answer, at: Instant) -> str:
        """What stands behind a yes of consent or of the contact policy, where there is more to say.

        Args:
            answer: of one row.
            at: when it was asked.
        """
        if answer.row == "consent":
            return self.consent(answer)
        if answer.row == "service":
            return self.service()
        if answer.hours is not None:
            by_desk = answer.row == "desk_hours"
            return self.at_desk(answer.hours) if by_desk else self.hours(answer.hours, at)
        return self.caps(answer.slots)

    def consent(self, answer: Answer) -> str:
        """Which, by which ways of contact and since when; or why none is needed."""
        allowed = answer.allowed
        if allowed is None:
            return self._say("no_need", rule=self._row(_SPARED))
        if answer.no is not None:
            is_marketing = answer.no.reason is WithheldReason.CONSENT_MISSING
            at = allowed.marketing_at if is_marketing else allowed.profiling_at
            reason = self._words.code("reason", answer.no.reason)
            since = self._say("last_said", time=self._time(at)) if at else self._say("never")
            return self._say("refused", reason=reason, since=since, rule=self._row(answer.no.rule))
        return self._say(
            "consent",
            marketing=self._since(allowed.marketing_at),
            methods=self._methods(allowed),
            profiling=self._since(allowed.profiling_at),
        )

    def service(self) -> str:
        """What does not bind a service notice, by the row that says so."""
        return self._say("service", rule=self._row(_SPARED))

    def caps(self, found: Sequence[Slots]) -> str:
        """Every cap, with what has its slots."""
        return ("；" if self._place == 0 else "; ").join(map(self.slots, found))

    def slots(self, one: Slots) -> str:
        """One cap: contacts made apart from those only held for a task."""
        count = len(one.made) + len(one.held)
        window = _WINDOWS[one.cap][self._place]
        said = self._say("slots", window=window, count=count, limit=one.limit)
        parts = []
        if one.made:
            contacts = self._list(
                self._say(
                    "contact",
                    method=self._words.code("method", touch.method),
                    time=self._time(touch.at),
                )
                for touch in one.made
            )
            parts.append(self._say("made", count=len(one.made), contacts=contacts))
            parts += [self._say("call")] if any(t.method == Method.CALL for t in one.made) else []
        if one.held:
            tasks = self._list(map(self._held, one.held))
            parts.append(self._say("held", count=len(one.held), tasks=tasks))
        return self._say("filled", slots=said, parts=self._list(parts)) if parts else said

    def hours(self, hours: SendWindow, at: Instant) -> str:
        """That a moment lies within the client's contact hours."""
        return self._say("open", time=self._time(at), **ends(hours))

    def at_desk(self, hours: SendWindow) -> str:
        """That a desk asks for hours and slot when it dials."""
        return self._say("at_desk", **ends(hours))

    def _held(self, one: HeldFor) -> str:
        name = self._words.action_with_id(one.action) if one.action else one.task
        return self._say(
            "task" if one.action else "unnamed", action=name, until=self._time(one.until)
        )

    def _methods(self, allowed: Allowed) -> str:
        if not allowed.methods:
            return self._say("every")
        named = self._list(self._words.code("method", one) for one in allowed.methods)
        return self._say("by", methods=named)

    def _since(self, at: Instant) -> str:
        return self._time(at) if at else self._say("no_time")

    def _row(self, rule: str | None) -> str:
        """A row of the conduct table, with its version."""
        name = self._words.rule(rule or "")
        return self._say("rule", rule=name, version=self._words.version(rule or ""))

    def _time(self, moment: Instant) -> str:
        return self._words.time(moment, with_year=True)

    def _list(self, words: Iterable[str]) -> str:
        return ("，" if self._place == 0 else ", ").join(words)

    def _say(self, name: str, /, **values: object) -> str:
        return _SAID[name][self._place].format(**values)


def ends(hours: SendWindow) -> dict[str, str]:
    """Opening and closing, as a clock shows them."""
    return {name: _clock(getattr(hours, name)) for name in ("opens", "closes")}


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
