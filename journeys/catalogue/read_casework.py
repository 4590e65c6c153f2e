"""Case types and operations, from TOML."""

from collections.abc import Callable, Collection, Sequence
from string import Formatter
from typing import Final

from journeys.catalogue.casework import (
    HANDOVERS,
    KINDS,
    KNOWN_STEPS,
    ROLES,
    Authority,
    CaseLimits,
    CaseType,
    HandoverRule,
    OperationStep,
    OperationType,
    Parameter,
)
from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.rows import Row
from journeys.catalogue.vocabulary import RANKS
from journeys.client.intent.policy import INTENTS
from schemas.time import DAY, MINUTE

_SPEAKERS: Final = ("client", "desk")
_PROOFS: Final = ("operation", "position")
_MOST_RETRIES: Final = 10


def limits(row: Row) -> list[Dated]:
    """How much of casework one client's state holds."""
    found = CaseLimits(
        cases_at_once=row.count("cases_at_once", least=1, most=8),
        sessions_kept=row.count("sessions_kept", least=2, most=16),
    )
    return dated(row, "casework", ("casework",), found)


def case_type(tags: Collection[str]) -> Callable[[Row], list[Dated]]:
    """The reader of case types; a topic is one of the declared tags."""
    return lambda row: _case_type(row, tags)


def _case_type(row: Row, tags: Collection[str]) -> list[Dated]:
    type_id, record = row.name("id"), row.names("record")
    found = CaseType(
        id=type_id,
        version=row.count("version", least=1),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        goal=row.text("goal"),
        topic=row.one_of("topic", tags),
        requests=row.names("requests"),
        intents=row.names("intents", INTENTS),
        record=record,
        needed=row.names("needed", record),
        subject=row.one_of("subject", record),
        operations=row.names("operations"),
        proof=row.one_of("proof", _PROOFS),
        owners=_owners(row),
        unit=row.text("unit"),
        help=row.name("help"),
        licence=row.name("licence") if row.has("licence") else None,
        solve_within=row.span("solve_within", least=MINUTE),
        patience=row.span("patience", least=MINUTE),
        first_contact=row.span("first_contact", least=DAY),
        reopen=row.span("reopen", least=DAY),
    )
    _check_type(row, found)
    return dated(row, "case_type", (type_id,), found)


def _check_type(row: Row, found: CaseType) -> None:
    if not found.requests and not found.intents:
        row.fault(f"nothing opens case type '{found.id}'; write requests = [\"…\"]")
    if found.reopen < found.first_contact:
        row.fault(
            "'reopen' is shorter than 'first_contact': a case would be closed before it is known "
            "whether the first contact solved it; write as much or more",
            "reopen",
        )


def _owners(row: Row) -> dict[str, str]:
    owners = row.mapping("owners")
    for channel, role in owners.items():
        row.known("owners", channel, RANKS, what="channel")
        row.known("owners", role, ROLES, what="owner")
    for channel in RANKS.keys() - owners.keys():
        row.fault(f"'owners' names nobody for channel '{channel}'; write {channel} = \"remote\"")
    return owners


def handover(row: Row) -> list[Dated]:
    """One kind of hand-over: its clock is a span or a number of working days."""
    kind = row.one_of("id", HANDOVERS)
    has_span = row.has("within")
    if has_span == row.has("working_days"):
        row.fault('a hand-over has one clock; write within = "15min" or working_days = 1')
    found = HandoverRule(
        id=kind,
        version=row.count("version", least=1),
        channel=row.one_of("channel", RANKS),
        roles=row.names("roles", ROLES),
        within=row.span("within", least=MINUTE) if has_span else 0,
        working_days=row.count("working_days", least=1, most=10) if row.has("working_days") else 0,
        say_zh=row.text("say_zh"),
        say_en=row.text("say_en"),
        late_zh=row.text("late_zh"),
        late_en=row.text("late_en"),
    )
    if not found.roles:
        row.fault("'roles' asks nobody; write roles = [\"remote\"]", "roles")
    return dated(row, "handover", (kind,), found)


def operation(row: Row) -> list[Dated]:
    """One version of an operation with its dates."""
    operation_id = row.name("id")
    parameters = {each.id: each for each in map(_parameter, row.rows("parameter"))}
    sums = [each.id for each in parameters.values() if each.kind == "money"]
    steps = [(each, _step(each)) for each in row.rows("step")]
    found = OperationType(
        id=operation_id,
        version=row.count("version", least=1),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        unit=row.text("unit"),
        parameters=parameters,
        amount=_amount(row, sums),
        authority={
            each.channel: each
            for each in (_authority(at, moves_money=bool(sums)) for at in row.rows("authority"))
        },
        confirm_zh=row.text("confirm_zh"),
        confirm_en=row.text("confirm_en"),
        confirm_within=row.span("confirm_within", least=MINUTE),
        steps=tuple(step for _, step in steps),
    )
    _check_operation(row, found)
    _check_steps(row, found.id, steps)
    return dated(row, "operation", (operation_id,), found)


def _parameter(row: Row) -> Parameter:
    kind = row.one_of("kind", KINDS)
    is_money = kind == "money"
    found = Parameter(
        id=row.name("id"),
        kind=kind,
        least=row.money("least") if is_money else 0,
        most=row.money("most") if is_money else 0,
        choices_zh=row.mapping("choices_zh") if kind == "choice" else {},
        choices_en=row.mapping("choices_en") if kind == "choice" else {},
    )
    if is_money and found.most < found.least:
        row.fault("'most' is less than 'least'; write the larger amount", "most")
    if kind == "choice" and (
        not found.choices_zh or found.choices_zh.keys() != found.choices_en.keys()
    ):
        row.fault("name every choice in both languages: choices_zh, choices_en", "choices_zh")
    row.done()
    return found


def _amount(row: Row, sums: Sequence[str]) -> str | None:
    if row.has("amount"):
        return row.one_of("amount", sums)
    if sums:
        row.fault(
            f"'{sums[0]}' is money, and no authority is measured by it; "
            f'write amount = "{sums[0]}"'
        )
    return None


def _authority(row: Row, *, moves_money: bool) -> Authority:
    found = Authority(
        channel=row.one_of("channel", RANKS),
        by=row.names("by", _SPEAKERS),
        most=row.money("up_to") if moves_money else None,
    )
    if not found.by:
        row.fault('nobody may confirm here; write by = ["client"], or remove the row', "by")
    row.done()
    return found


def _step(row: Row) -> OperationStep:
    found = OperationStep(
        id=row.one_of("id", KNOWN_STEPS),
        undo=row.one_of("undo", KNOWN_STEPS) if row.has("undo") else None,
        timeout=row.span("timeout", least=MINUTE),
        retries=row.count("retries", most=_MOST_RETRIES),
    )
    row.done()
    return found


def _check_operation(row: Row, found: OperationType) -> None:
    if not found.authority:
        row.fault(f"nobody may confirm operation '{found.id}'; write [[operation.authority]]")
    for key, text in (("confirm_zh", found.confirm_zh), ("confirm_en", found.confirm_en)):
        try:
            named = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
        except ValueError as error:
            row.fault(f"'{key}': {error}; write parameters in braces: {{amount}}", key)
            continue
        for name in named:
            row.known(key, name, found.parameters, what="parameter")


def _check_steps(row: Row, operation_id: str, steps: Sequence[tuple[Row, OperationStep]]) -> None:
    if not steps:
        row.fault(f"operation '{operation_id}' has no step; write [[operation.step]]")
    words: set[str] = set()
    for at, step in steps:
        if step.undo is None and step is not steps[-1][1]:
            at.fault(
                f"operation '{operation_id}': step '{step.id}' cannot be taken back, and others "
                'follow it; write undo = "…", or put it last'
            )
        for word in (step.id, step.undo):
            if word in words:
                at.fault(f"operation '{operation_id}': '{word}' stands twice; a step is done once")
            words |= {word} if word else set()
