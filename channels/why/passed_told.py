"""The rules that a chosen action passed, each with the facts behind its yes."""

from collections.abc import Iterator, Sequence
from typing import Final

from channels.why import condition_told
from channels.why.contact_told import Contacts
from channels.workbench.readings import Readings
from channels.workbench.wording import Words
from journeys.decide.explain import Answer
from journeys.decide.verdict import Ruling
from schemas.decisions import RuleVerdict, Stage
from schemas.time import Instant

_SAID: Final = {
    "stage": ("{stage}：通过", "{stage}: passed"),
    "condition": ("{stage}：通过（条件 {condition}）", "{stage}: passed (condition {condition})"),
    "row": ("{row}（第 {version} 版）：{answer}", "{row} (version {version}): {answer}"),
    "asked": ("{stage}：通过（由旅程发起）", "{stage}: passed (a journey asked for it)"),
    "contact": ("{stage}，{row}：通过", "{stage}, {row}: passed"),
    "with": ("{line}，{facts}", "{line}, {facts}"),
    "line": ("{what}：{facts}", "{what}: {facts}"),
    "passed": ("通过", "passed"),
    "steps": ("须先完成：{steps}", "to be proved first: {steps}"),
    "no_stop": ("没有生效的停联", "none in force"),
    "blocked": ("不通过", "not passed"),
}
"""Sentences by name: Chinese, English."""
_ROWS: Final = {
    "person": ("无未结投诉、未退订", "no open complaint, no opt-out"),
    "rest": ("谢绝后的间隔", "rest after a decline"),
    "cap": ("频次上限", "caps"),
    "hours": ("联系时段", "contact hours"),
    "again": ("提出后的间隔", "rest after an offer"),
}
"""Rows of the contact policy's table, as they are asked."""
_WORDS: Final = {
    "consent": ("同意", "consent"),
    "service": ("接触规则", "contact policy"),
    "stop": ("接触规则，停联", "contact policy, stop"),
    "desk_hours": ("接触规则，联系时段", "contact policy, contact hours"),
}
"""Rows that say more than that they were passed."""


class Passed:
    """Rules in one language, over one edition's names."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._readings, self._contacts = Readings(words), Contacts(words)
        self._place = 0 if words.language == "zh" else 1

    def lines(self, answers: Sequence[Answer], at: Instant) -> Iterator[str]:
        """A line for each row that said yes.

        Args:
            answers: in the order of the stages.
            at: when they were asked.
        """
        for answer in answers:
            stage = self._words.code("stage", answer.stage)
            if answer.ruling is not None:
                yield self.ruling(answer.ruling)
            elif answer.condition is not None:
                told = condition_told.condition(answer.condition, self._words)
                yield self._say("condition", stage=stage, condition=told)
            elif answer.row in _WORDS:
                what = _WORDS[answer.row][self._place]
                yield self._say("line", what=what, facts=self._facts(answer, at))
            elif answer.row in _ROWS:
                line = self._say("contact", stage=stage, row=_ROWS[answer.row][self._place])
                facts = self._facts(answer, at)
                yield self._say("with", line=line, facts=facts) if facts else line
            elif answer.stage is not Stage.ARBITRATION:  # its priority is told already
                is_asked = answer.stage is Stage.APPLICABILITY
                yield self._say("asked" if is_asked else "stage", stage=stage)

    def verdict(self, verdict: RuleVerdict) -> str:
        """A row of the record, where nothing tells whose it was."""
        row = self._words.rule(verdict.rule)
        return self._say("row", row=row, version=verdict.version, answer=self._answer(verdict))

    def _facts(self, answer: Answer, at: Instant) -> str:
        is_stop = answer.row == "stop"
        return self._say("no_stop") if is_stop else self._contacts.facts(answer, at)

    def ruling(self, ruling: Ruling) -> str:
        """A row of the product gate, with what it read."""
        row = self._words.rule(ruling.rule)
        answer = self._answer(ruling)
        if ruling.steps:
            steps = self._list([self._words.code("proof", step) for step in ruling.steps])
            answer = self._list([self._say("steps", steps=steps), *self._read(ruling)])
        return self._say("row", row=row, version=ruling.version, answer=answer)

    def _answer(self, judged: Ruling | RuleVerdict) -> str:
        passed = "passed" if judged.verdict in {"allow", "steps"} else "blocked"
        return self._list([self._say(passed), *self._read(judged)])

    def _read(self, judged: Ruling | RuleVerdict) -> list[str]:
        read = self._readings.of_row(
            judged.rule, judged.value, judged.limit, verdict=judged.verdict
        )
        return [read] if read else []

    def _list(self, words: Sequence[str]) -> str:
        return ("，" if self._place == 0 else ", ").join(words)

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
