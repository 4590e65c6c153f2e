"""Decisions in sentences, in Chinese or English."""

from collections.abc import Iterator
from typing import Final

from channels.why.voices import Voices
from channels.workbench.wording import Words
from journeys.decide.verdict import Ruling
from schemas.decisions import Candidate, Decision, RuleVerdict, ScoreParts
from schemas.time import Instant

_SAID: Final = {
    "decision": ("决定 {id}，客户 {client}", "Decision {id}, client {client}"),
    "when": ("{time}（银行时间），起因：{trigger}", "{time} (bank time), occasion: {trigger}"),
    "chosen": ("选中：{action}，{channel}", "Chosen: {action}, by {channel}"),
    "nothing": ("没有选中任何行动", "No action was chosen"),
    "withheld": ("未选：", "Withheld:"),
    "fell": ("{action}：止于{stage}，{reason}", "{action}: at {stage}, {reason}"),
    "yes": ("通过", "passed"),
    "proof": ("须先完成步骤", "steps first"),
    "judged": ("规则判定：", "Rows judged:"),
    "blocked": ("不通过", "no"),
    "rule": ("规则 {rule}", "rule {rule}"),
    "read": ("读到 {value}", "read {value}"),
    "limit": ("限值 {limit}", "limit {limit}"),
    "until": ("到 {time} 再看", "again at {time}"),
    "priority": (
        "优先级 {all:.3f} = 概率 {p:.2f} × 价值 {v:.2f} 分 × 情境 {c:.2f} × 杠杆 {l:.2f}",
        "priority {all:.3f} = chance {p:.2f} × worth {v:.2f} points × context {c:.2f} × L {l:.2f}",
    ),
    "versions": (
        "版本：引擎 {engine}，目录 {catalogue}，参数 {parameters}，参照位点 {offset}",
        "versions: engine {engine}, catalogue {catalogue}, wealth {parameters}, at {offset}",
    ),
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

    def decision(self, client: str, taken: Decision) -> Iterator[str]:
        """What was chosen, what was not and why, and what it rests on."""
        words = self._words
        yield self._say("decision", id=taken.decision_id, client=client)
        trigger = words.code("trigger", taken.trigger)
        yield self._say("when", time=self._time(taken.decided_at), trigger=trigger)
        chosen = [one for one in taken.candidates if one.chosen]
        for one in chosen:
            yield self._chosen(one)
            yield from ("  " + line for line in self._priority(one.parts))
            yield from ("  " + line for line in self._heard(one))
        if not chosen:
            yield self._say("nothing")
        yield self._say("withheld")
        for one in taken.candidates:
            if not one.chosen:
                yield "  " + self._fell(one)
                yield from ("    " + line for line in self._priority(one.parts))
                yield from ("    " + line for line in self._heard(one))
        if taken.verdicts:
            yield self._say("judged")
            yield from ("  " + self._judged(verdict) for verdict in taken.verdicts)
        versions = taken.versions
        yield self._say(
            "versions",
            engine=versions.engine,
            catalogue=versions.catalogue,
            parameters=versions.parameters,
            offset=versions.reference_offset,
        )

    def _heard(self, one: Candidate) -> Iterator[str]:
        if self._voices is not None and one.channel is not None:
            yield from self._voices.lines(one.action, str(one.channel), one.parts)

    def _judged(self, verdict: RuleVerdict) -> str:
        """One row of a decision, with its version."""
        row = f"{self._words.rule(verdict.rule)} ({verdict.version})"
        if verdict.verdict in {"allow", "steps"}:
            return f"{row}: {self._passed(verdict)}"
        why = self._why(None, verdict.value, verdict.limit, verdict.until)
        return f"{row}: {self._say('blocked')}{why}"

    def _chosen(self, one: Candidate) -> str:
        words = self._words
        channel = words.code("channel", one.channel)
        return self._say("chosen", action=words.action(one.action), channel=channel)

    def _fell(self, one: Candidate) -> str:
        words = self._words
        fell = self._say(
            "fell",
            action=words.action(one.action),
            stage=words.code("stage", one.stage),
            reason=words.code("reason", one.reason),
        )
        return fell + self._why(one.rule, one.value, one.limit, one.until)

    def _passed(self, ruling: Ruling | RuleVerdict | None) -> str:
        """A yes, with what was read and what is still to be proved."""
        if ruling is None:
            return self._say("yes")
        answer = "yes" if ruling.verdict == "allow" else "proof"
        return self._say(answer) + self._why(None, ruling.value, ruling.limit, None)

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

    def _time(self, moment: Instant) -> str:
        return self._words.time(moment, with_year=True)  # what is asked about may be long ago

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
