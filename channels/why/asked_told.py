"""What every stage says of one action for one client, in sentences of one language."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from channels.why import condition_told
from channels.why.contact_told import CLEAR
from channels.why.told import Teller
from journeys.catalogue.actions import Treatment
from journeys.catalogue.edition import Edition
from journeys.catalogue.vocabulary import CLIENT
from journeys.client.state import TaskRow
from journeys.condition import Unit, Value
from journeys.decide.contact_policy import Slots
from journeys.decide.explain import Answer, Examination
from journeys.decide.verdict import Withheld
from schemas.decisions import Candidate, Stage, WithheldReason
from schemas.reference import Stop
from schemas.tasks import OPEN_STATES
from schemas.time import DAY, Instant

_SAID: Final = {
    "asked": (
        "{action}，客户 {client}，{time}（银行时间）",
        "{action}, client {client}, {time} (bank time)",
    ),
    "of_any": ("无论经由何种渠道：", "Whatever the channel:"),
    "of_one": ("经由{channel}（{title}）：", "By {channel} ({title}):"),
    "line": ("{what}：{answer}", "{what}: {answer}"),
    "passed": ("通过", "passed"),
    "no_stop": ("没有生效的停联", "none in force"),
    "would": ("此刻会被选中", "It would be chosen then"),
    "would_not": ("此刻不会被选中：{why}", "It would not be chosen then: {why}"),
    "change": ("要改变的是：", "What would have to change:"),
    "for_any": ("无论经由何种渠道：{what}", "For any contact: {what}"),
    "also": ("经由{channel}（{title}），另有：{what}", "By {channel} ({title}) also: {what}"),
    "only": ("经由{channel}（{title}）：{what}", "By {channel} ({title}): {what}"),
    "nothing_else": ("经由{channel}（{title}）：别无其他", "By {channel} ({title}): nothing else"),
    "nothing": ("经由{channel}（{title}）：无须改变", "By {channel} ({title}): nothing"),
    "stopped": ("停联（{what}），原因「{reason}」", 'held back by a stop ({what}): "{reason}"'),
    "stopped_since": (
        "自 {time} 起停联（{what}），原因「{reason}」（suishen stop list{source} 查看由谁设定）",
        (
            'held back by a stop since {time} ({what}): "{reason}" '
            "(suishen stop list{source} tells by whom)"
        ),
    ),
    "all": ("所有联系", "all contacts"),
    "channel": ("渠道 {name}", "channel {name}"),
    "action": ("行动 {name}", "action {name}"),
    "outlet": ("网点 {name}", "outlet {name}"),
    "rests": (
        "已于 {since} 为此生成待办，间隔 {days} 天，至 {until}",
        "resting {days} days since a task for it was made on {since}, until {until}",
    ),
    "until": ("{reason}，至 {until}", "{reason} until {until}"),
    "task": ("{id}，{state}，提出于 {since}", "{id}, {state}, since {since}"),
    "by_rule": ("{reason}（{rule}）", "{reason} ({rule})"),
    "worth": (
        "{reason}：优先级 {value:.3f}，须高于 {limit:g}",
        "{reason}: priority {value:.3f}, must be above {limit:g}",
    ),
    "must": ("须满足：{condition}；现状：{read}", "wants {condition}; as it stands: {read}"),
    "holds": ("{passed}：{condition}", "{passed}: {condition}"),
    "by_journey": ("只由旅程提出：{journeys}", "only a journey asks for it: {journeys}"),
    "starts": ("{journey}（{trigger}时开始）", "{journey} (starts when {trigger})"),
    "nobody": ("目录中没有旅程提出它", "no journey of this catalogue does"),
    "true": ("是", "yes"),
    "false": ("否", "no"),
    "unknown": ("未知", "unknown"),
    "condition": ("适用条件", "when it applies"),
    "again": ("提出后的间隔", "rest after an offer"),
    "stop": ("停联", "stop"),
    "person": ("无投诉、未退订", "no complaint, no opt-out"),
    "rest": ("谢绝后的间隔", "rest after a decline"),
    "cap": ("频次上限", "caps"),
    "hours": ("联系时段", "contact hours"),
    "desk_hours": ("联系时段", "contact hours"),
    "consent": ("同意", "consent"),
    "service": ("接触规则", "contact policy"),
    "facts": ("{passed}，{facts}", "{passed}: {facts}"),
}
"""Sentences by name: Chinese, English."""
_TABLE: Final = (
    "condition",
    "again",
    "stop",
    "person",
    "rest",
    "cap",
    "hours",
    "desk_hours",
    "consent",
    "service",
)
"""Rows that have a word of their own; the others are rules, and the catalogue names them."""


class Question(NamedTuple):
    """What was asked, and what stands beside the answers."""

    client: str
    action: str
    at: Instant
    edition: Edition
    """In force for the client then."""
    stopped_since: tuple[tuple[Stop, Instant | None], ...] = ()
    """Since when each stop that holds it back stands, where the log tells."""

    tasks: tuple[TaskRow, ...] = ()
    """The client's, as they stood then."""

    source: str = ""
    """The option that names the engine, for commands to paste; a recording has no stops to list."""

    def since(self, stop: Stop) -> Instant | None:
        """When a stop was set."""
        return next((since for one, since in self.stopped_since if one == stop), None)


class Asker(Teller):
    """Sentences about one question."""

    def examination(self, asked: Question, found: Examination) -> Iterator[str]:
        """Every stage's answer, then what would have to change, by way of contact."""
        name = self._words.action_with_id(asked.action)
        yield self._put("asked", action=name, client=asked.client, time=self._time(asked.at))
        treatments = list(dict.fromkeys(_by_treatment(found)))
        for by in (None, *treatments):
            yield self._put("of_any") if by is None else self._by("of_one", by)
            for answer in found.answers:
                if answer.treatment is by:
                    yield "  " + self._answer(asked, answer)
        if found.fate.chosen:
            yield self._put("would")
            return
        yield self._put("would_not", why=self._fate(asked, found))
        changes = list(self._changes(asked, found, treatments))
        if changes:
            yield self._put("change")
            yield from ("  " + change for change in changes)

    def _changes(
        self, asked: Question, found: Examination, treatments: Sequence[Treatment]
    ) -> Iterator[str]:
        """What holds back every contact, then what holds back each way besides."""
        nos = {by: self._nos(asked, found, by) for by in (None, *treatments)}
        general, shared = nos[None], _shared([nos[by] for by in treatments])
        general += shared
        nos |= {by: [no for no in nos[by] if no not in shared] for by in treatments}
        yield from (self._put("for_any", what=one) for one in general)
        if not any(nos.values()):
            return  # It lost to something better, which no way of contact changes.
        for by in treatments:
            if nos[by]:
                yield self._by("also" if general else "only", by, what=self._joined(nos[by]))
            else:
                yield self._by("nothing_else" if general else "nothing", by)

    def _nos(self, asked: Question, found: Examination, by: Treatment | None) -> list[str]:
        said = (
            self._refused(asked, one)
            for one in found.answers
            if one.treatment is by and one.no is not None
        )
        return list(dict.fromkeys(said))

    def _fate(self, asked: Question, found: Examination) -> str:
        """The reason that a decision would record, in the words of the stage that gave it."""
        fate: Candidate = found.fate
        for one in found.answers:
            no = one.no
            if no is not None and (no.stage, no.reason) == (fate.stage, fate.reason):
                return self._refused(asked, one)
        return self._fell(fate)

    def _answer(self, asked: Question, answer: Answer) -> str:
        row = answer.row
        if row is None:
            what = self._words.code("stage", answer.stage)
        else:
            what = self._put(row) if row in _TABLE else self._words.rule(row)
        said = self._yes(asked, answer) if answer.no is None else self._refused(asked, answer)
        heard: list[str] = []
        if self._voices is not None and answer.treatment is not None:
            channel = str(answer.treatment.channel)
            heard += self._voices.lines(answer.treatment.action, channel, answer.parts)
        line = self._put("line", what=what, answer=said)
        return self._joined([line, *self._priority(answer.parts), *heard])

    def _yes(self, asked: Question, answer: Answer) -> str:
        if answer.row == "stop":
            return self._put("no_stop")
        facts = self._contacts.facts(answer, asked.at)
        if facts and answer.row in CLEAR:
            return facts
        if facts:
            return self._put("facts", passed=self._put("passed"), facts=facts)
        if answer.condition is not None:
            told = condition_told.condition(answer.condition, self._words)
            return self._put("holds", passed=self._put("passed"), condition=told)
        return self._passed(answer.ruling)

    def _refused(self, asked: Question, answer: Answer) -> str:
        """A no of a stage, by what it rests on."""
        no = answer.no
        if no is None:
            return ""
        if answer.row == "condition":
            return self._unmet(answer)
        if answer.row == "consent":
            return self._contacts.consent(answer)
        return self._held_back(asked, answer, no)

    def _held_back(self, asked: Question, answer: Answer, no: Withheld) -> str:
        """By a stop, a rest, a rule, or for want of a journey that asks."""
        if answer.stop is not None:
            return self._stopped(asked, answer.stop)
        if no.reason is WithheldReason.INTENT_OFF:
            return self._by_journey(asked)
        if answer.row == "again" and no.until is not None:
            return self._rests(asked, no.until)
        slots = next((one for one in answer.slots if one.cap is no.reason), None)
        return self._by_table(asked, no, slots)

    def _by_table(self, asked: Question, no: Withheld, slots: Slots | None) -> str:
        """A no with the figures that it rests on."""
        reason, until = self._words.code("reason", no.reason), no.until
        if no.stage is Stage.ARBITRATION:
            return self._put("worth", reason=reason, value=no.value, limit=no.limit)
        if no.reason is WithheldReason.TASK_OPEN:
            return self._and(reason, [self._open(row) for row in _open_tasks(asked)])
        if no.stage is not Stage.CONTACT_POLICY:
            return self._and(reason, self._why(no.reason, no.rule, no.value, no.limit, until))
        if slots is not None:
            reason = self._put("line", what=reason, answer=self._contacts.slots(slots))
        if until is not None:
            reason = self._put("until", reason=reason, until=self._time(until))
        if no.rule is None or no.rule not in asked.edition.conduct.rules:
            return reason
        return self._put("by_rule", reason=reason, rule=self._words.rule(no.rule))

    def _open(self, row: TaskRow) -> str:
        state, since = self._words.code("state", row.state), self._time(row.proposed_at)
        return self._put("task", id=row.task_id, state=state, since=since)

    def _stopped(self, asked: Question, stop: Stop) -> str:
        what = self._put(stop.scope, name="" if stop.name is None else self._words.stopped(stop))
        since = asked.since(stop)
        if since is None:
            return self._put("stopped", what=what, reason=stop.reason)
        time = self._time(since)
        return self._put(
            "stopped_since", time=time, what=what, reason=stop.reason, source=asked.source
        )

    def _rests(self, asked: Question, until: Instant) -> str:
        """A rest begins where it is offered, and lasts as long as the action's row says."""
        rest = asked.edition.actions[asked.action].rest
        since = self._time(Instant(until - rest))
        return self._put("rests", days=f"{rest / DAY:g}", since=since, until=self._time(until))

    def _unmet(self, answer: Answer) -> str:
        read = (
            self._put(
                "line",
                what=condition_told.word(name, self._words),
                answer=self._value(name, value),
            )
            for name, value in answer.read.items()
        )
        told = condition_told.condition(answer.condition or "", self._words)
        return self._put("must", condition=told, read=self._joined(read))

    def _by_journey(self, asked: Question) -> str:
        """Which journeys ask for it, and what starts them."""
        journeys = [
            self._put(
                "starts",
                journey=self._words.journey(one.id),
                trigger=condition_told.trigger(one.trigger, self._words),
            )
            for one in asked.edition.journeys.values()
            if any(step.do == asked.action for step in one.steps.values())
        ]
        told = self._joined(journeys) or self._put("nobody")
        return self._put("by_journey", journeys=told)

    def _by(self, name: str, by: Treatment, **more: str) -> str:
        channel = self._words.code("channel", by.channel)
        title = self._words.treatment(by.id)["title"]
        return self._put(name, channel=channel, title=title, **more)

    def _value(self, word: str, value: Value | None) -> str:
        if value is None:
            return self._put("unknown")
        if isinstance(value, bool):
            return self._put("true" if value else "false")
        if CLIENT.get(word) is Unit.MONEY and isinstance(value, int):
            return self._words.money(value)
        return str(value)

    def _joined(self, parts: Iterator[str] | Sequence[str]) -> str:
        return ("；" if self._words.language == "zh" else "; ").join(parts)

    def _put(self, name: str, /, **values: object) -> str:
        return _SAID[name][self._place].format(**values)


def _by_treatment(found: Examination) -> Iterator[Treatment]:
    return (one.treatment for one in found.answers if one.treatment is not None)


def _open_tasks(asked: Question) -> Iterator[TaskRow]:
    return (row for row in asked.tasks if row.action == asked.action and row.state in OPEN_STATES)


def _shared(nos: Sequence[Sequence[str]]) -> list[str]:
    """What every one of several ways of contact meets: told once."""
    first, *others = nos or ((),)
    return [no for no in first if others and all(no in each for each in others)]
