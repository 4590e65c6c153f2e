"""What became of cases and operations in a run."""

from collections import Counter

from schemas.cases import CaseMove
from schemas.envelope import Envelope
from schemas.facts import CaseAdvanced, FirstContactJudged, OperationAdvanced

_MOVES = frozenset({CaseMove.OPENED, CaseMove.RESOLVED, CaseMove.REOPENED, CaseMove.CLOSED})


class Solving:
    """Counts moves and first contacts by case type, and states by operation."""

    def __init__(self) -> None:
        self.cases: dict[str, Counter[str]] = {}
        self.operations: dict[str, Counter[str]] = {}

    def hear(self, fact: Envelope) -> None:
        """Count a fact of a case; others are nobody's."""
        match fact:
            case CaseAdvanced() if fact.data.move in _MOVES:
                self._of(fact.data.case_type)[fact.data.move.value] += 1
            case FirstContactJudged():
                word = "first_contact" if fact.data.met else f"not_first_{fact.data.reason}"
                self._of(fact.data.case_type)[word] += 1
            case OperationAdvanced():
                found = self.operations.setdefault(fact.data.operation, Counter())
                found[fact.data.state.value] += 1
            case _:
                pass

    def told(self) -> dict[str, dict[str, dict[str, int]]]:
        """Both, as JSON data."""
        return {
            kind: {name: dict(sorted(counts.items())) for name, counts in sorted(found.items())}
            for kind, found in (("cases", self.cases), ("operations", self.operations))
        }

    def _of(self, case_type: str) -> Counter[str]:
        return self.cases.setdefault(case_type, Counter())
