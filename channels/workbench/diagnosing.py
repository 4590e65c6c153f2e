"""Diagnoses on the pages: what a private client is owed, and the signal that one was held."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from pydantic import ValidationError

from channels.workbench.acts import Refused, signal
from journeys.client.wealth.document.plan import Done, Plan, PlanRules, plan
from schemas.diagnosis import DayAmount, Statement
from schemas.signals.desk import DiagnosisAct, DiagnosisActed
from schemas.time import Instant, local_day
from schemas.wire import ClientToken
from streams.ports import Outgoing

PRIVATE: Final = "private"
_BANK_OFFSET_MINUTES: Final = 480
_STATEMENT: Final = ("from", "to", "opening", "closing")
_PARTS: Final = 2


def today(now: Instant) -> date:
    """The day where the bank is."""
    return local_day(now, utc_offset_minutes=_BANK_OFFSET_MINUTES)


def year_plan(
    tier: str | None, complete: Iterable[Mapping[str, Any]], rules: PlanRules, *, now: Instant
) -> Plan | None:
    """How the year of a private client stands; `None` for anybody else.

    Args:
        tier: of the client; `None` if it is not known.
        complete: the complete diagnoses: `{at, desk, data_day}`; others never count.
        rules: how many a year, and by when.
        now: the bank's time.
    """
    if tier != PRIVATE:
        return None
    return plan([_done(each) for each in complete], rules, year=today(now).year)


def _done(row: Mapping[str, Any]) -> Done:
    return Done(
        day=today(Instant(row["at"])),
        by=row["desk"] or "client",
        data_day=date.fromisoformat(row["data_day"]),
        complete=True,
        shown=True,
        step_agreed=True,
        record_closed=True,
    )


def desks_of(service: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The desks that may hold one: those that serve the client."""
    named = () if service is None else (service["rm"], service["team"], service["remote"])
    return tuple(desk for desk in named if desk)


def message_of(
    token: str, said: Mapping[str, str], desks: Iterable[str], *, now: Instant
) -> Outgoing:
    """The signal that a desk held a diagnosis with this client.

    Raises:
        Refused: no desk that serves the client was chosen, or the statement cannot be read.
    """
    desk = said.get("desk", "")
    if desk not in set(desks):
        raise Refused("incomplete")
    act = DiagnosisAct(
        client=ClientToken(token),
        actor=desk,
        shown="shown" in said,
        step_agreed="step_agreed" in said,
        record_closed="record_closed" in said,
        statement=_statement(said),
    )
    return signal(DiagnosisActed, act, desk=desk, nonce=said.get("nonce", ""), now=now)


def _statement(said: Mapping[str, str]) -> Statement | None:
    """The bank's statement as typed; `None` if nothing of it was."""
    given = {name: said.get(name, "").strip() for name in _STATEMENT}
    flows = said.get("flows", "").strip()
    if not (flows or given["opening"] or given["closing"] or given["from"]):
        return None
    try:
        found = Statement(
            starts=date.fromisoformat(given["from"]),
            ends=date.fromisoformat(given["to"]),
            opening_fen=fen(given["opening"]),
            closing_fen=fen(given["closing"]),
            flows=tuple(_flow(line) for line in flows.splitlines() if line.strip()),
        )
    except (ValueError, InvalidOperation, ValidationError):
        raise Refused("statement") from None
    days = [found.starts, *sorted(one.day for one in found.flows), found.ends]
    if found.starts >= found.ends or days != sorted(days):
        raise Refused("statement")
    return found


def _flow(line: str) -> DayAmount:
    parts = line.split()
    if len(parts) != _PARTS:
        raise ValueError("a day and an amount")
    return DayAmount(day=date.fromisoformat(parts[0]), amount_fen=fen(parts[1]))


def fen(yuan: str) -> int:
    """Yuan as typed, perhaps with thousands and fen.

    Raises:
        ValueError: it is no amount of whole fen.
    """
    try:
        found = Decimal(yuan.replace(",", "").replace("，", "")) * 100
    except InvalidOperation:
        raise ValueError("an amount") from None
    if not found.is_finite() or found != found.to_integral_value():
        raise ValueError("whole fen")
    return int(found)
