"""Operations of a case: wanted, shown, confirmed, carried out, taken back, or left to a person."""

import re
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from journeys.catalogue.casework import OperationType, Parameter
from journeys.client.case import saga
from journeys.client.case.case import (
    KEPT_OPERATIONS,
    NOT_OVER,
    UNFINISHED,
    Case,
    Operation,
    Values,
    ordered,
)
from journeys.client.steps import case_life, cases
from journeys.client.steps.draft import Draft
from schemas import facts
from schemas.cases import (
    Confirmation,
    OperationAdvance,
    OperationState,
    StepOutcome,
    StepRequest,
)
from schemas.facts import Effect
from schemas.signals.casework import OperationReplied, OperationWanted
from schemas.signals.corebank import StepAnswered
from schemas.time import Instant
from schemas.wire import Channel


def on_wanted(draft: Draft, event: OperationWanted) -> None:
    """Offer an operation to the client, or say why not; nothing is done before they say yes."""
    said = event.data
    case = case_life.find(draft, said.case_id)
    if case is None:
        case_life.refuse(draft, event, "unknown_case")
        return
    kind = draft.edition.casework.operations.get(said.operation)
    no = _why_not(draft, case, kind, said.parameters, str(said.channel))
    no = case_life.NOT_THEIRS if case_life.is_foreign(draft, said.desk, case) else no
    if no is not None or kind is None:
        case_life.refuse(draft, event, no or "unknown_operation")
        return
    offered = Operation(
        operation_id=draft.name("o_"),
        operation=kind.id,
        version=kind.version,
        state=OperationState.OFFERED,
        parameters=ordered(said.parameters),
        channel=str(said.channel),
        due=Instant(draft.now + kind.confirm_within),
    )
    case = case_life.touch(draft, case, said.channel, said.session, record=said.parameters)
    kept = case.operations[-(KEPT_OPERATIONS - 1) :]
    case_life.put(draft, replace(case, operations=(*kept, offered)))
    _tell(draft, case, offered, kind, confirmation=_confirmation(offered, kind))
    case_life.settle(draft, case.case_id)


def on_replied(draft: Draft, event: OperationReplied) -> None:
    """The client's yes or no, from a channel and a speaker who may say it."""
    said = event.data
    found = _find(draft, said.operation_id)
    kind = None if found is None else _kind(draft, found[1])
    if found is None or kind is None:
        case_life.refuse(draft, event, "unknown_operation")
        return
    case, operation = found
    if case_life.is_foreign(draft, said.desk, case):
        case_life.refuse(draft, event, case_life.NOT_THEIRS)
        return
    if operation.state is not OperationState.OFFERED or not case.is_open:
        case_life.refuse(draft, event, "not_to_be_confirmed")
        return
    if said.confirmed:
        no = _not_authorised(kind, operation.parameters, str(said.channel), by=said.by)
        if no is not None:
            case_life.refuse(draft, event, no)
            return
    case = case_life.touch(draft, case, said.channel, said.session)
    if said.confirmed:
        _go(draft, case, kind, operation, saga.begin(operation, kind, now=draft.now))
    else:
        declined = replace(operation, state=OperationState.DECLINED, due=None)
        _go(draft, case, kind, operation, saga.Went(declined))


def on_answered(draft: Draft, event: StepAnswered) -> None:
    """The core bank's word on a step, in any order and as often as it comes."""
    said = event.data
    found = _find(draft, said.operation_id)
    kind = None if found is None else _kind(draft, found[1])
    if found is None or kind is None:
        draft.set_aside(event, Effect.STALE, "unknown_operation")
        return
    case, operation = found
    went = saga.answer(operation, kind, key=said.key, outcome=said.outcome, now=draft.now)
    if went is None:
        is_unknown = said.outcome is StepOutcome.UNKNOWN
        draft.set_aside(event, Effect.STALE, "answer_unknown" if is_unknown else "answer_known")
        return
    if said.reason is not None and went.operation.reason is None:
        went = went._replace(operation=replace(went.operation, reason=said.reason))
    _go(draft, case, kind, operation, went)


def on_due(draft: Draft, operation_id: str) -> None:
    """Nobody confirmed in time, or no answer came: let it lapse, or ask again."""
    found = _find(draft, operation_id)
    if found is None:
        return
    case, operation = found
    kind = _kind(draft, operation)
    if operation.state is OperationState.OFFERED:
        lapsed = replace(operation, state=OperationState.LAPSED, due=None)
        _go(draft, case, kind, operation, saga.Went(lapsed))
    elif kind is None:
        _go(draft, case, kind, operation, saga.Went(saga.stuck(operation, "definition_gone")))
    else:
        _go(draft, case, kind, operation, saga.asked_in_vain(operation, kind, now=draft.now))


def _go(
    draft: Draft, case: Case, kind: OperationType | None, before: Operation, went: saga.Went
) -> None:
    """Keep the operation as it is now, say what is news, and ask for what comes next."""
    operation, ask = went
    both = (operation if each is before else each for each in case.operations)
    case = replace(case, operations=tuple(both))
    case_life.put(draft, case)
    if operation.state is not before.state:
        _tell(draft, case, operation, kind)
    if ask is not None:
        _ask(draft, case, operation, ask)
    if operation.state is OperationState.STUCK and not case.is_open:
        # Told done, then told otherwise: it was taken for solved, and nobody would look again.
        cases.reopen(draft, case, str(operation.reason), unsure=operation)
        if draft.is_late:
            draft.retry_at = draft.now  # a late answer is late for the client, not for who mends it
        return
    if operation.state is OperationState.DONE and case.is_open and not case.needs_person:
        case_life.prove(draft, case_life.resolve(draft, case, by="operation_done"))
        return
    if operation.state in UNFINISHED:
        draft.decide_on("case")
    case_life.settle(draft, case.case_id)


def _ask(draft: Draft, case: Case, operation: Operation, ask: saga.Ask) -> None:
    draft.conclude(
        facts.StepAsked,
        StepRequest(
            operation_id=operation.operation_id,
            case_id=case.case_id,
            operation=operation.operation,
            step=ask.step,
            undoes=ask.undoes,
            key=ask.key,
            attempt=ask.attempt,
            parameters=operation.parameters,
            answer_by=ask.answer_by,
        ),
    )


def _tell(
    draft: Draft,
    case: Case,
    operation: Operation,
    kind: OperationType | None,
    *,
    confirmation: Confirmation | None = None,
) -> None:
    is_left = operation.state in UNFINISHED
    draft.conclude(
        facts.OperationAdvanced,
        OperationAdvance(
            operation_id=operation.operation_id,
            case_id=case.case_id,
            operation=operation.operation,
            version=operation.version,
            state=operation.state,
            parameters=operation.parameters,
            channel=Channel(operation.channel),
            step=None if kind is None else saga.step_of(operation, kind),
            owner=case.owner if is_left else None,
            confirmation=confirmation,
            reason=operation.reason,
        ),
    )


def _find(draft: Draft, operation_id: str) -> tuple[Case, Operation] | None:
    for case in draft.cases:
        for operation in case.operations:
            if operation.operation_id == operation_id:
                return case, operation
    return None


def _kind(draft: Draft, operation: Operation) -> OperationType | None:
    """The definition that it was offered under; `None` if a release dropped it."""
    return draft.catalogue.operation(operation.operation, operation.version)


def _why_not(
    draft: Draft, case: Case, kind: OperationType | None, parameters: Values, channel: str
) -> str | None:
    """The first thing that speaks against offering it."""
    of_case = case_life.type_of(draft, case)
    if kind is None:
        return "unknown_operation"
    if of_case is None or kind.id not in of_case.operations:
        return "not_of_this_case"
    if not case.is_open:
        return "case_resolved"
    if case.newest is not None and case.newest.state in NOT_OVER:
        return "operation_under_way"
    if case.newest is not None and case.newest.state is OperationState.STUCK:
        return "operation_stuck"
    return _bad_parameter(kind, parameters) or _not_authorised(kind, parameters, channel)


def _bad_parameter(kind: OperationType, said: Mapping[str, str | int]) -> str | None:
    if said.keys() - kind.parameters.keys():
        return "unknown_parameter"
    if kind.parameters.keys() - said.keys():
        return "missing_parameter"
    for name, value in sorted(said.items()):
        no = _unfit(kind.parameters[name], value)
        if no is not None:
            return no
    return None


_SHAPES: Final = {
    "text": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "account": re.compile(r"ac_[0-9a-f]{16}"),
    "product": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,47}"),
}


def _unfit(parameter: Parameter, value: str | int) -> str | None:
    if parameter.kind == "money":
        if not isinstance(value, int):
            return "not_an_amount"
        return None if parameter.least <= value <= parameter.most else "amount_out_of_bounds"
    if parameter.kind == "choice":
        return None if value in parameter.choices_zh else "no_such_choice"
    is_fit = isinstance(value, str) and _SHAPES[parameter.kind].fullmatch(value)
    return None if is_fit else f"no_{parameter.kind}"


def _not_authorised(
    kind: OperationType, parameters: Values, channel: str, *, by: str | None = None
) -> str | None:
    """May it be wanted, or confirmed by somebody, in this channel, for this amount?"""
    authority = kind.authority.get(channel)
    if authority is None:
        return "channel_not_authorised"
    if by is not None and by not in authority.by:
        return "speaker_not_authorised"
    amount = 0 if kind.amount is None else parameters[kind.amount]
    if authority.most is not None and int(amount) > authority.most:
        return "beyond_authority"
    return None


def _confirmation(operation: Operation, kind: OperationType) -> Confirmation:
    """What the client is shown, with this operation's own values."""
    zh = {name: _shown(kind, name, value, "zh") for name, value in operation.parameters.items()}
    en = {name: _shown(kind, name, value, "en") for name, value in operation.parameters.items()}
    return Confirmation(
        zh=kind.confirm_zh.format_map(zh),
        en=kind.confirm_en.format_map(en),
        until=Instant(operation.due or 0),
    )


def _shown(kind: OperationType, name: str, value: str | int, language: str) -> str:
    parameter = kind.parameters[name]
    if parameter.kind == "money":
        yuan, fen = divmod(int(value), 100)
        return f"{yuan:,}.{fen:02}元" if language == "zh" else f"CNY {yuan:,}.{fen:02}"
    names = parameter.choices_zh if language == "zh" else parameter.choices_en
    return names.get(str(value), str(value))
