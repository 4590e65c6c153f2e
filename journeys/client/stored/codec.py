"""A client's state as bytes, the same for the changelog, the engine file and the facts.

What is written is read back to the last bit, and equal states give equal bytes. Each part has its
own form on disk, chosen by what most clients have: README of the journeys, 2026-11-27. Whoever
changes one raises `streams.frame.FORMAT`.
"""

from collections.abc import Callable
from operator import is_
from typing import Final

import msgspec

from journeys.client.case.case import Case
from journeys.client.journey.instance import Ended, Instance
from journeys.client.lately import Lately
from journeys.client.state import (
    Allowed,
    ClientState,
    Hole,
    Payday,
    Regraded,
    Scored,
    Served,
)
from journeys.client.stored.evidence import (
    StoredEvidence,
    StoredSeen,
    evidence_of,
    seen_of,
    stored_evidence,
    stored_seen,
)
from journeys.client.stored.held import StoredHeld, held_of, stored_held
from journeys.client.stored.household import StoredHousehold, household_of, stored_household
from journeys.client.stored.names import bare, whole
from journeys.client.stored.work import (
    StoredLedger,
    StoredTasks,
    ledger_of,
    stored_ledger,
    stored_tasks,
    tasks_of,
)
from journeys.client.wealth.book import EMPTY_BOOK
from schemas.time import Instant


class _Stored(msgspec.Struct, frozen=True, array_like=True):
    """A state on disk. Holdings and book are one part, the others stand as in `ClientState`."""

    client: bytes
    contact_clock: Instant
    served: Served
    allowed: Allowed
    complaints: tuple[str, ...]
    household: StoredHousehold
    held: StoredHeld
    scored: Scored
    evidence: StoredEvidence
    seen: StoredSeen
    instances: tuple[Instance, ...]
    ended: tuple[Ended, ...]
    tasks: StoredTasks
    ledger: StoredLedger
    holes: tuple[Hole, ...]
    retry_at: Instant | None
    intent_off_at: Instant | None
    clock_at: Instant | None
    diagnosis_at: Instant | None
    last_verdict: int
    paydays: tuple[Payday, ...]
    stated_fen: int
    cases: tuple[Case, ...]
    helped_on: int
    regrades: tuple[Regraded, ...] = ()


class _Kept:
    """A part of each client as it was written last: most events change few parts.

    It is known by the objects themselves, for parts are frozen. Only the last of each client is
    held, as its state mostly does: more would be work for the collector.
    """

    def __init__(self, turn: Callable[..., object], nothing: object) -> None:
        self._turn, self._nothing = turn, nothing
        self._known = Lately[tuple[tuple[object, ...], msgspec.Raw]]()

    def raw(self, client: str, *parts: object) -> msgspec.Raw:
        """What makes the part, as bytes."""
        known = self._known.get(client)
        if known is not None and all(map(is_, known[0], parts)):
            return known[1]
        raw = msgspec.Raw(_ENCODER.encode(self._turn(*parts)))
        # What is told of a buyer alone does not push out what the whole client has.
        if parts[-1] is not self._nothing:
            if known is None:
                self._known.make_room()
            self._known[client] = parts, raw
        return raw


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_DECODER: Final = msgspec.msgpack.Decoder(_Stored)
_CLIENT: Final = "ct_"
_HOUSEHOLD: Final = _Kept(stored_household, None)
_HELD: Final = _Kept(stored_held, EMPTY_BOOK)
_TASKS: Final = _Kept(stored_tasks, ())
_LEDGER: Final = _Kept(stored_ledger, ClientState(client="").ledger)


def encode(state: ClientState) -> bytes:
    """The state as bytes; equal states give equal bytes."""
    client = state.client
    parts = [
        bare(client, _CLIENT),
        state.contact_clock,
        state.served,
        state.allowed,
        state.complaints,
        _HOUSEHOLD.raw(client, state.household),
        _HELD.raw(client, state.holdings, state.book),
        state.scored,
        stored_evidence(state.evidence),
        stored_seen(state.seen),
        state.instances,
        state.ended,
        _TASKS.raw(client, state.tasks),
        _LEDGER.raw(client, state.ledger),
        state.holes,
        state.retry_at,
        state.intent_off_at,
        state.clock_at,
        state.diagnosis_at,
        state.last_verdict,
        state.paydays,
        state.stated_fen,
        state.cases,
        state.helped_on,
    ]
    if state.regrades:  # so rare that nobody else has a byte of it
        parts.append(state.regrades)
    return _ENCODER.encode(parts)


def decode(blob: bytes) -> ClientState:
    """The state from its bytes."""
    stored = _DECODER.decode(blob)
    holdings, book = held_of(stored.held)
    return ClientState(
        client=whole(stored.client, _CLIENT),
        contact_clock=stored.contact_clock,
        served=stored.served,
        allowed=stored.allowed,
        complaints=stored.complaints,
        household=household_of(stored.household),
        holdings=holdings,
        book=book,
        scored=stored.scored,
        evidence=evidence_of(stored.evidence),
        seen=seen_of(stored.seen),
        instances=stored.instances,
        ended=stored.ended,
        tasks=tasks_of(stored.tasks),
        ledger=ledger_of(stored.ledger),
        holes=stored.holes,
        retry_at=stored.retry_at,
        intent_off_at=stored.intent_off_at,
        clock_at=stored.clock_at,
        diagnosis_at=stored.diagnosis_at,
        last_verdict=stored.last_verdict,
        paydays=stored.paydays,
        stated_fen=stored.stated_fen,
        cases=stored.cases,
        helped_on=stored.helped_on,
        regrades=stored.regrades,
    )
