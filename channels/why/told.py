"""Decisions in sentences, in Chinese or English."""

from collections.abc import Sequence
from typing import Final

from channels.why.contact_told import Contacts
from channels.why.voices import Voices
from channels.workbench.readings import Readings
from channels.workbench.wording import Words
from journeys.decide.verdict import Ruling
from schemas.decisions import Candidate, RuleVerdict, ScoreParts
from schemas.time import Instant

_SAID: Final = {
    "fell": ("{action}：止于{stage}，{reason}", "{action}: at {stage}, {reason}"),
    "yes": ("通过", "passed"),
    "proof": ("须先完成步骤", "steps first"),
    "more": ("{what}（{more}）", "{what} ({more})"),
    "until": ("到 {time} 再看", "again at {time}"),
    "priority": (
        "优先级 {all:.3f} = 概率 {p:.2f} × 价值 {v:.2f} 分 × 情境 {c:.2f} × 业务权重 {l:.2f}",
        (
            "priority {all:.3f} = chance {p:.2f} × worth {v:.2f} points × context {c:.2f} × "
            "lever {l:.2f}"
        ),
    ),
}
"""Sentences by name: Chinese, English."""


def priority(parts: ScoreParts, place: int) -> str:
    """A priority as the product of its parts; `place` 0 is Chinese, 1 English."""
    return _SAID["priority"][place].format(
        all=parts.priority, p=parts.p, v=parts.value_points, c=parts.context, l=parts.levers
    )


class Teller:
    """Sentences of one language, over one edition's names."""

    def __init__(self, words: Words, voices: Voices | None = None) -> None:
        """Prepare to tell.

        Args:
            words: of one language.
            voices: of the models that were in force, if they are to be told.
        """
        self._words, self._voices = words, voices
        self._readings, self._contacts = Readings(words), Contacts(words)
        self._place = 0 if words.language == "zh" else 1

    def _fell(self, one: Candidate) -> str:
        words = self._words
        fell = self._say(
            "fell",
            action=words.action_with_id(one.action),
            stage=words.code("stage", one.stage),
            reason=words.code("reason", one.reason),
        )
        reason = str(one.reason or "")
        return self._and(fell, self._why(reason, one.rule, one.value, one.limit, one.until))

    def _and(self, what: str, more: Sequence[str]) -> str:
        """A word with what stands behind it."""
        together = ("；" if self._place == 0 else "; ").join(more)
        return self._say("more", what=what, more=together) if more else what

    def _passed(self, ruling: Ruling | RuleVerdict | None) -> str:
        """A yes, with what was read and what is still to be proved."""
        if ruling is None:
            return self._say("yes")
        answer = self._say("yes" if ruling.verdict == "allow" else "proof")
        read = self._readings.of_row(
            ruling.rule, ruling.value, ruling.limit, verdict=ruling.verdict
        )
        return self._say("more", what=answer, more=read) if read else answer

    def _why(
        self,
        reason: str,
        rule: str | None,
        value: str | float | None,
        limit: str | float | None,
        until: Instant | None,
    ) -> list[str]:
        """The rule, what it read, and when to ask again."""
        parts = [
            None if rule is None else self._words.rule(rule),
            self._readings.of_reason(reason, rule, value, limit),
            None if until is None else self._say("until", time=self._time(until)),
        ]
        return [part for part in parts if part]

    def _priority(self, parts: ScoreParts | None) -> list[str]:
        if parts is None:
            return []
        return [priority(parts, self._place)]

    def _time(self, moment: Instant) -> str:
        return self._words.time(moment, with_year=True)  # what is asked about may be long ago

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
