"""What a catalogue in shadow would have done, beside what was done, counted from their facts."""

from collections import Counter
from typing import Any, Final

from schemas.decisions import Decision
from schemas.envelope import Envelope
from schemas.facts import DecisionMade, DecisionShadowed, Fact

_EXAMPLES: Final = 10
_Cause = tuple[str | None, str | None]


class Comparison:
    """Counts the decisions of one catalogue in shadow.

    A shadow repeats itself as long as it would choose the same, for it remembers nothing: what it
    says again is counted once, until it or life chooses otherwise.
    """

    def __init__(self, version: str) -> None:
        self.version = version
        self._life: dict[str, tuple[_Cause, Decision]] = {}
        """By client: the last decision in force, and what caused it."""
        self._before: dict[str, tuple[object, ...]] = {}
        self._counts: Counter[str] = Counter()
        self._faults: Counter[str] = Counter()
        self._actions: dict[str, Counter[str]] = {}
        self._withheld: Counter[tuple[str, str]] = Counter()
        self._examples: list[dict[str, Any]] = []

    def see(self, fact: Envelope) -> None:
        """Take the next fact of a client, in the order of the log; others than decisions pass."""
        if isinstance(fact, DecisionMade):
            self._life[fact.partitionkey] = (_cause(fact), fact.data)
            self._before.pop(fact.partitionkey, None)
        elif isinstance(fact, DecisionShadowed) and fact.data.versions.catalogue == self.version:
            self._compare(fact)

    def _compare(self, fact: DecisionShadowed) -> None:
        cause, decision = self._life.get(fact.partitionkey, ((None, None), None))
        made = decision if cause == _cause(fact) else None
        shadow, life = _chosen(fact.data), _chosen(made)
        said = (shadow, life, fact.data.fault)
        if self._before.get(fact.partitionkey) == said and made is None:
            return
        self._before[fact.partitionkey] = said
        if fact.data.fault is not None:
            self._faults[fact.data.fault] += 1
            return
        self._count(fact.data, shadow, life)
        if shadow != life and len(self._examples) < _EXAMPLES:
            named = None if made is None else made.decision_id
            told = {"decision": named, "life": sorted(life), "shadow": sorted(shadow)}
            self._examples.append(told)

    def _count(self, asked: Decision, shadow: frozenset[str], life: frozenset[str]) -> None:
        self._counts["same" if shadow == life else "other"] += 1
        for action in shadow | life:
            side = "both" if action in shadow & life else "shadow" if action in shadow else "life"
            self._actions.setdefault(action, Counter())[side] += 1
        self._withheld.update(
            (one.action, _why(one.stage, one.reason, one.rule))
            for one in asked.candidates
            if one.action in life - shadow
        )

    def document(self) -> dict[str, Any]:
        """The counts.

        Returns:
            `same` and `other` choices and `faults`, of decisions; of each action how often `both`,
            only `life` or only the `shadow` chose it; why the shadow withheld what life chose; and
            examples whose `decision` may be explained.
        """
        return {
            "catalogue": self.version,
            "same": self._counts["same"],
            "other": self._counts["other"],
            "faults": dict(sorted(self._faults.items())),
            "actions": {
                name: {side: sides[side] for side in ("both", "life", "shadow")}
                for name, sides in sorted(self._actions.items())
            },
            "withheld": [
                {"action": action, "why": why, "times": times}
                for (action, why), times in sorted(
                    self._withheld.items(), key=lambda row: (-row[1], row[0])
                )
            ],
            "examples": self._examples,
        }


def _cause(fact: Fact) -> _Cause:
    return fact.causesource, fact.causeid


def _chosen(decision: Decision | None) -> frozenset[str]:
    candidates = () if decision is None else decision.candidates
    return frozenset(one.action for one in candidates if one.chosen)


def _why(*parts: object) -> str:
    return " / ".join(str(part) for part in parts if part is not None)
