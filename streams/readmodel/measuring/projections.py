"""Facts and channels' events into the tables of measures. Every row has a key: twice is once."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from schemas import codec, facts
from schemas.decisions import Candidate, ScoreParts, Stage, WithheldReason
from schemas.envelope import Envelope
from schemas.errors import ContractError
from schemas.signals.conversation import PromoterAnswered
from schemas.signals.corebank import (
    BaselineLoaded,
    Position,
    PositionReported,
    RiskTest,
    RiskTestTaken,
)
from schemas.signals.desk import RosterSet
from schemas.time import Instant
from streams.ports import Record
from streams.readmodel.measuring import tables as t
from streams.readmodel.rows import Rows

_PAST_SUITABILITY: Final = frozenset({Stage.CONTACT_POLICY, Stage.ARBITRATION})


def task(rows: Rows, fact: facts.TaskChanged) -> None:
    """A task at a version."""
    said = fact.data
    row = {
        "task_id": said.task_id,
        "version": said.version,
        "client": said.client,
        "at": said.changed_at,
        "state": said.state.value,
        "reason": said.state_reason,
        "outcome": None if said.outcome is None else said.outcome.value,
        "crossed": said.crossed_recall,
        "action": said.action,
        "channel": said.channel.value,
        "decision_id": said.decision_id,
        "desk": said.desk,
        "journey": said.journey,
        "instance": said.instance,
    }
    rows.put(t.task_moves, row)


def journey(rows: Rows, fact: facts.JourneyAdvanced, seq: int) -> None:
    """A move of a run."""
    said = fact.data
    row = {
        "journey": said.journey,
        "instance": said.instance,
        "move": said.move.value,
        "step": said.step,
        "end": None if said.end is None else said.end.value,
    }
    rows.put(t.journey_moves, _whose(fact, seq) | row)


def contact(rows: Rows, fact: facts.ContactCounted, seq: int) -> None:
    """A move of a slot."""
    said = fact.data
    row = {"task_id": said.task_id, "change": said.change, "method": said.method}
    when = {"touched_at": fact.time if said.at is None else said.at}
    rows.put(t.contact_moves, _whose(fact, seq) | row | when)


def promoter_asked(rows: Rows, fact: facts.PromoterAsked) -> None:
    """The rule asks a client how likely they are to recommend the bank."""
    said = fact.data
    row = {
        "fact_id": fact.id,
        "client": fact.partitionkey,
        "at": fact.time,
        "until": said.until,
        "desk": said.desk,
        "decision_id": said.decision_id,
    }
    rows.put(t.asks, row)


def decision(rows: Rows, fact: facts.DecisionMade) -> None:
    """A decision in numbers, why its candidates fell, and the parts of those that were ranked."""
    said = fact.data
    whose = {"decision_id": said.decision_id, "client": fact.partitionkey, "at": fact.time}
    numbers = {
        "trigger": said.trigger,
        "chosen": sum(each.chosen for each in said.candidates),
        "suitable": sum(map(_is_suitable, said.candidates)),
    }
    rows.put(t.decided, whose | numbers)
    fell = Counter(
        (each.stage.value, each.reason.value)
        for each in said.candidates
        if each.stage is not None and each.reason is not None
    )
    for (stage, reason), many in fell.items():
        rows.put(t.withheld, whose | {"stage": stage, "reason": reason, "many": many})
    for each in said.candidates:
        if each.parts is not None and (each.chosen or each.stage is Stage.ARBITRATION):
            rows.put(t.ranked, whose | _ranked(each, each.parts))


def _ranked(candidate: Candidate, parts: ScoreParts) -> dict[str, object]:
    return {
        "action": candidate.action,
        "chosen": candidate.chosen,
        "waits": candidate.reason is WithheldReason.HELD_FOR_BETTER,
        "p": parts.p,
        "prior": parts.prior,
        "value_points": parts.value_points,
        "context": parts.context,
        "levers": parts.levers,
        "priority": parts.priority,
    }


def _is_suitable(candidate: Candidate) -> bool:
    return candidate.chosen or candidate.stage in _PAST_SUITABILITY


def _whose(fact: facts.Fact, seq: int) -> dict[str, object]:
    return {"fact_id": fact.id, "client": fact.partitionkey, "seq": seq, "at": fact.time}


def signal(rows: Rows, record: Record) -> None:
    """An event of `READ`; one that cannot be read is a dead letter elsewhere."""
    try:
        event = codec.decode(record.value, _READ)
    except ContractError:
        return
    _SIGNALS[type(event)](rows, event)


def _positions(rows: Rows, event: PositionReported) -> None:
    _position(rows, event.partitionkey, event.data)


def _baseline(rows: Rows, event: BaselineLoaded) -> None:
    for each in event.data.positions:
        _position(rows, event.partitionkey, each)
    if event.data.risk_test is not None:
        _risk_test(rows, event, event.data.risk_test)
    whose = {"client": event.partitionkey, "event_id": event.id, "source": event.source}
    for number, past in enumerate(event.data.contacts):
        if past.marketing:
            when = {"number": number, "at": past.at, "method": past.method.value}
            rows.put(t.past_contacts, whose | when)


def _tested(rows: Rows, event: RiskTestTaken) -> None:
    _risk_test(rows, event, event.data)


def _position(rows: Rows, client: str, said: Position) -> None:
    row = {
        "client": client,
        "account": said.account,
        "product": said.product,
        "version": said.version,
        "at": said.as_of,
        "fen": said.value.amount_minor,
        "currency": said.value.currency,
        "cause": said.cause.value,
    }
    rows.put(t.holdings, row)


def _risk_test(rows: Rows, event: Envelope, said: RiskTest) -> None:
    row = {
        "event_id": event.id,
        "source": event.source,
        "client": event.partitionkey,
        "at": said.taken_at,
        "risk_class": said.risk_class,
        "actor": said.actor,
        "device": said.device,
    }
    rows.put(t.risk_tests, row)


def _roster(rows: Rows, event: RosterSet) -> None:
    """Its shifts; one without any replaces the roster before it all the same."""
    told = {"desk": event.partitionkey, "version": event.data.version, "told_at": event.time}
    hours = [(each.starts, each.ends) for each in event.data.shifts] or [(Instant(0), Instant(0))]
    for number, (starts, ends) in enumerate(hours):
        rows.put(t.shifts, told | {"number": number, "starts": starts, "ends": ends})


def _answer(rows: Rows, event: PromoterAnswered) -> None:
    said = event.data
    row = {
        "event_id": event.id,
        "source": event.source,
        "client": event.partitionkey,
        "at": event.time,
        "answer": said.answer,
        "asked_by": said.asked_by.value,
        "desk": said.desk,
        "decision_id": said.decision_id,
    }
    rows.put(t.answers, row)


_SIGNALS: Final[dict[type[Envelope], Callable[[Rows, Any], None]]] = {
    BaselineLoaded: _baseline,
    PositionReported: _positions,
    PromoterAnswered: _answer,
    RiskTestTaken: _tested,
    RosterSet: _roster,
}
"""Events that say themselves what a measure asks; the folds conclude nothing from it."""
_READ: Final = tuple(_SIGNALS)
READ: Final = frozenset(codec.wire_type(kind) for kind in _READ)
"""Their types, as they stand on the wire."""
