"""Decisions in sentences, in Chinese or English."""

from collections.abc import Iterator
from typing import Final

from channels.why.voices import Voices
from channels.workbench.wording import Words
from journeys.catalogue.vocabulary import CLIENT
from journeys.condition import Unit, Value
from journeys.decide.explain import Answer, Examination
from journeys.decide.verdict import Ruling
from schemas.decisions import Candidate, RuleVerdict, ScoreParts, WithheldReason
from schemas.time import Instant

_SAID: Final = {
    "fell": ("{action}：止于{stage}，{reason}", "{action}: at {stage}, {reason}"),
    "yes": ("通过", "yes"),
    "proof": ("须先完成步骤", "steps first"),
    "rule": ("规则 {rule}", "rule {rule}"),
    "read": ("读到 {value}", "read {value}"),
    "limit": ("限值 {limit}", "limit {limit}"),
    "until": ("到 {time} 再看", "again at {time}"),
    "priority": (
        "优先级 {all:.3f} = 概率 {p:.2f} × 价值 {v:.2f} 分 × 情境 {c:.2f} × 杠杆 {l:.2f}",
        "priority {all:.3f} = chance {p:.2f} × worth {v:.2f} points × context {c:.2f} × L {l:.2f}",
    ),
    "asked": (
        "{action}，客户 {client}，{time}（银行时间）",
        "{action}, client {client}, {time} (bank time)",
    ),
    "would": ("此刻会被选中", "It would be chosen then"),
    "would_not": ("此刻不会被选中：{fate}", "It would not be chosen then: {fate}"),
    "change": ("要改变的是：", "What would have to change:"),
    "stage": ("{stage}{by}：{answer}", "{stage}{by}: {answer}"),
    "by_journey": ("仅由旅程发起", "only a journey asks for it"),
    "condition": ("条件 {condition}", "condition {condition}"),
    "true": ("是", "yes"),
    "false": ("否", "no"),
    "unknown": ("未知", "unknown"),
    "person": ("投诉与退订", "complaint and opt-out"),
    "rest": ("谢绝后的间隔", "rest after a decline"),
    "cap": ("频次上限", "caps"),
    "hours": ("时段", "hours"),
}
"""Sentences by name: Chinese, English."""


class Teller:
    """Sentences of one language, over one edition's names."""

    def __init__(self, words: Words, voices: Voices | None = None) -> None:
        """Prepare to tell.

        Args:
            words: of one language.
            voices: of the models that were in force, if they are to be told.
        """
        self._words, self._voices = words, voices
        self._place = 0 if words.language == "zh" else 1

    def examination(
        self, client: str, action: str, at: Instant, found: Examination
    ) -> Iterator[str]:
        """Every stage's answer, then what would have to change."""
        words = self._words
        name = words.action(action)
        yield self._say("asked", action=name, client=client, time=self._time(at))
        for answer in found.answers:
            yield "  " + self._answer(answer)
        if found.fate.chosen:
            yield self._say("would")
            return
        yield self._say("would_not", fate=self._fell(found.fate))
        changes = list(dict.fromkeys(self._no(a) for a in found.answers if a.no is not None))
        if changes:
            yield self._say("change")
            yield from ("  " + change for change in changes)

    def _heard(self, one: Candidate) -> Iterator[str]:
        if self._voices is not None and one.channel is not None:
            yield from self._voices.lines(one.action, str(one.channel), one.parts)

    def _fell(self, one: Candidate) -> str:
        words = self._words
        fell = self._say(
            "fell",
            action=words.action(one.action),
            stage=words.code("stage", one.stage),
            reason=words.code("reason", one.reason),
        )
        return fell + self._why(one.rule, one.value, one.limit, one.until)

    def _answer(self, answer: Answer) -> str:
        by = answer.treatment
        row = None if answer.row is None else self._row(answer)
        title = None if by is None else f"{self._words.treatment(by.id)['title']}"
        place = ", ".join(one for one in (row, title) if one is not None)
        where = f" ({place})" if place else ""
        said = self._passed(answer.ruling) if answer.no is None else self._no(answer)
        stage = self._words.code("stage", answer.stage)
        line = self._say("stage", stage=stage, by=where, answer=said)
        heard: list[str] = []
        if self._voices is not None and by is not None:
            heard += self._voices.lines(by.action, str(by.channel), answer.parts)
        return "; ".join([line, *self._priority(answer.parts), *heard])

    def _row(self, answer: Answer) -> str:
        name = answer.row or ""
        return self._say(name) if name in _SAID else self._words.rule(name)

    def _passed(self, ruling: Ruling | RuleVerdict | None) -> str:
        """A yes, with what was read and what is still to be proved."""
        if ruling is None:
            return self._say("yes")
        answer = "yes" if ruling.verdict == "allow" else "proof"
        return self._say(answer) + self._why(None, ruling.value, ruling.limit, None)

    def _no(self, answer: Answer) -> str:
        no = answer.no
        if no is None:
            return ""
        reason = self._words.code("reason", no.reason)
        if no.reason is WithheldReason.INTENT_OFF:
            return reason + self._condition(answer)
        return reason + self._why(no.rule, no.value, no.limit, no.until)

    def _condition(self, answer: Answer) -> str:
        if answer.condition is None:
            return f" ({self._say('by_journey')})"
        read = ", ".join(f"{word} = {self._value(word, v)}" for word, v in answer.read.items())
        return f" ({self._say('condition', condition=answer.condition)}; {read})"

    def _why(
        self,
        rule: str | None,
        value: str | float | None,
        limit: str | float | None,
        until: Instant | None,
    ) -> str:
        parts = [
            None if rule is None else self._say("rule", rule=rule),
            None if value is None else self._say("read", value=value),
            None if limit is None else self._say("limit", limit=limit),
            None if until is None else self._say("until", time=self._time(until)),
        ]
        told = ", ".join(part for part in parts if part is not None)
        return f" ({told})" if told else ""

    def _priority(self, parts: ScoreParts | None) -> list[str]:
        if parts is None:
            return []
        return [
            self._say(
                "priority",
                all=parts.priority,
                p=parts.p,
                v=parts.value_points,
                c=parts.context,
                l=parts.levers,
            )
        ]

    def _value(self, word: str, value: Value | None) -> str:
        if value is None:
            return self._say("unknown")
        if isinstance(value, bool):
            return self._say("true" if value else "false")
        if CLIENT.get(word) is Unit.MONEY and isinstance(value, int):
            return self._words.money(value)
        return str(value)

    def _time(self, moment: Instant) -> str:
        return self._words.time(moment, with_year=True)  # what is asked about may be long ago

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
