"""What the bank hears: tasks and cases of its channels, steps, lists and refusals of its desks."""

from typing import Final

from channels.simulator.bank import Bank
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import (
    ActionRefused,
    CaseAdvanced,
    CaseNoted,
    FirstContactJudged,
    HandoverAdvanced,
    OperationAdvanced,
    PromoterAsked,
    QueueRanked,
    StepAsked,
    TaskChanged,
)
from schemas.time import Instant
from streams.ports import Outgoing
from streams.topics import CLIENT_FACTS, DESK_FACTS, TASKS

_KINDS: Final = {
    TASKS: codec.CLIENT_FACTS,
    DESK_FACTS: (QueueRanked, ActionRefused),
    CLIENT_FACTS: (
        CaseAdvanced,
        CaseNoted,
        FirstContactJudged,
        HandoverAdvanced,
        OperationAdvanced,
        PromoterAsked,
        StepAsked,
    ),
}
HEARD: Final = tuple(_KINDS)
"""The logs that the bank listens to."""
_FOR_DESKS: Final = tuple(
    f'"type":"{codec.wire_type(kind)}"'.encode() for kind in _KINDS[DESK_FACTS]
)

_OF_A_CASE: Final = b'"case_id":"k_'


def hear(bank: Bank, message: Outgoing, now: Instant) -> Envelope | None:
    """Tell the bank, and say which fact it was; `None` for what no channel or desk sees."""
    if message.topic not in _KINDS or not _is_for_us(message):
        return None
    fact = codec.decode(message.value, _KINDS[message.topic])
    match fact:
        case TaskChanged():
            bank.see_task(fact.data, now)
        case QueueRanked():
            bank.see_queue(fact.data, now)
        case ActionRefused():
            bank.see_refusal(fact.data, now)
        case PromoterAsked():
            return None  # nobody in this bank answers it
        case _:
            bank.see_casework(fact, now)
    return fact


def _is_for_us(message: Outgoing) -> bool:
    if message.topic == CLIENT_FACTS:
        return _OF_A_CASE in message.value
    return message.topic == TASKS or any(name in message.value for name in _FOR_DESKS)
