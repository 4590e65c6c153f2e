"""Cases lived through the fold: who speaks where, and the last thing said of each."""

from typing import Any

from schemas import facts
from schemas.time import SECOND, Instant
from tests.builders import ACCOUNT, MONDAY_10, Life

PAYMENT = {"payment": "p-17", "account": ACCOUNT, "amount": 128_000}
ROLL_OVER = {"account": ACCOUNT, "product": "td", "instruction": "roll_over"}


class Casework(Life):
    """A client who says something every ten seconds."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.at = MONDAY_10
        self.said = 0

    def tell(self, kind: str, data: dict[str, Any], **more: Any) -> list[Any]:
        self.said += 1
        at = more.pop("at", self.at)
        self.at = Instant(max(self.at, at) + 10 * SECOND)
        name = more.pop("event_id", f"said-{self.said}")
        return self.say(kind, data, at=at, event_id=name, source="/conversation/ai", **more)

    def need(self, request: str = "payment_failed", **more: Any) -> list[Any]:
        record = more.pop("record", {} if request != "payment_failed" else PAYMENT)
        where = {"session": more.pop("session", "s1"), "channel": more.pop("channel", "ai")}
        return self.tell(
            "case.need_raised", {"request": request, "record": record, **where}, **more
        )

    def note(self, kind: str, field: str | None = None, **more: Any) -> list[Any]:
        note = {"kind": kind, "field": field, "value": more.pop("value", None)}
        data = {
            "case_id": more.pop("case_id", self.case.case_id),
            "session": more.pop("session", "s1"),
            "channel": more.pop("channel", "ai"),
            "by": more.pop("by", "desk"),
            "note": {name: value for name, value in note.items() if value is not None},
        }
        return self.tell("case.note_taken", data, **more)

    def want(self, operation: str = "fix_failed_payment", **more: Any) -> list[Any]:
        data = {
            "case_id": more.pop("case_id", None) or self.case.case_id,
            "operation": operation,
            "parameters": more.pop("parameters", PAYMENT),
            "session": more.pop("session", "s1"),
            "channel": more.pop("channel", "ai"),
            "by": more.pop("by", "client"),
        }
        return self.tell("case.operation_wanted", data, **more)

    def reply(self, *, confirmed: bool = True, **more: Any) -> list[Any]:
        data = {
            "operation_id": more.pop("operation_id", None) or self.operation.operation_id,
            "confirmed": confirmed,
            "session": more.pop("session", "s1"),
            "channel": more.pop("channel", "ai"),
            "by": more.pop("by", "client"),
        }
        return self.tell("case.operation_replied", data, **more)

    def settle(self, *, solved: bool = True, **more: Any) -> list[Any]:
        data = {
            "case_id": more.pop("case_id", None) or self.case.case_id,
            "solved": solved,
            "session": more.pop("session", "s1"),
            "channel": more.pop("channel", "ai"),
            "by": more.pop("by", "client"),
        }
        return self.tell("case.settled", data, **more)

    def answer(self, outcome: str = "done", *, step: Any = None, **more: Any):
        asked = step or self.asked[-1]
        data = {"operation_id": asked.operation_id, "key": asked.key, "outcome": outcome}
        data |= {name: more.pop(name) for name in ("reason",) if name in more}
        return self.tell("corebank.step_answered", data, **more)

    def all_of(self, fact: Any) -> list[Any]:
        return [o.event.data for o in self.outputs if isinstance(o.event, fact)]

    @property
    def case(self) -> Any:
        return self.all_of(facts.CaseAdvanced)[-1]

    @property
    def operation(self) -> Any:
        return self.all_of(facts.OperationAdvanced)[-1]

    @property
    def asked(self) -> list[Any]:
        return self.all_of(facts.StepAsked)

    @property
    def judged(self) -> list[Any]:
        return self.all_of(facts.FirstContactJudged)

    @property
    def moves(self) -> list[str]:
        return [str(each.move) for each in self.all_of(facts.CaseAdvanced)]


def refused(said: list[Any]) -> str | None:
    """Why the event had no effect; and then it had none at all."""
    asides = [event.data for event in said if isinstance(event, facts.SignalSetAside)]
    if not asides:
        return None
    assert len(said) == 1, said
    assert asides[0].effect in ("refused", "stale")
    return str(asides[0].reason)


def solved() -> Casework:
    """A failed payment, fixed in one conversation."""
    life = Casework()
    life.need()
    life.want()
    life.reply()
    for _ in range(3):
        life.answer()
    return life
