"""A client's state while one event is applied: parts may be replaced, outputs are collected.

A draft lives inside one call of the fold. The state it came from is never touched.
"""

from typing import Final

import msgspec

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.edition import Edition
from journeys.client.state import ClientState, Served
from journeys.identity import derive, short_hash_of
from journeys.reference import Reference
from journeys.step import Output, Route, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import CLIENT_FOLD, Effect, Fact, SetAside, SignalSetAside
from schemas.tasks import Claim
from schemas.time import Instant
from schemas.wire import Wire


class Cause(msgspec.Struct, frozen=True):
    """What is being applied: an event, or a timer at the time it was due. Made by `cause`."""

    id: str
    source: str
    at: Instant
    """Event time; for a timer the time it was due."""
    kind: str
    """The event's type without prefix and version, or the timer's kind."""
    mark: int
    """The short hash by which evidence, holdings and tasks remember it."""


def cause(name: str, source: str, *, at: Instant, kind: str) -> Cause:
    """Something that is being applied, with its mark."""
    # As `short_hash(source, name)`, written out: every event has one.
    return Cause(name, source, at, kind, short_hash_of(f"{source}\x1f{name}"))


_HEARD_BEFORE: Final = frozenset({Effect.DUPLICATE, Effect.STALE})


class Draft:
    """One client's parts (see `ClientState`), the time, the policy, and the outputs."""

    __slots__ = (
        "_again",
        "_named",
        "allowed",
        "began",
        "book",
        "cases",
        "catalogue",
        "cause",
        "client",
        "clock_at",
        "complaints",
        "contact_clock",
        "diagnosis_at",
        "edition",
        "ended",
        "evidence",
        "helped_on",
        "holdings",
        "holes",
        "household",
        "instances",
        "intent_off_at",
        "is_late",
        "last_verdict",
        "ledger",
        "now",
        "occasions",
        "outputs",
        "paydays",
        "reference",
        "regrades",
        "released",
        "retry_at",
        "scored",
        "seen",
        "served",
        "stated_fen",
        "tasks",
    )

    def __init__(self, state: ClientState, reference: Reference) -> None:
        self.client = state.client
        self.contact_clock = state.contact_clock
        self.served = state.served
        self.allowed = state.allowed
        self.complaints = state.complaints
        self.household = state.household
        self.holdings = state.holdings
        self.book = state.book
        self.scored = state.scored
        self.evidence = state.evidence
        self.seen = state.seen
        self.instances = state.instances
        self.ended = state.ended
        self.tasks = state.tasks
        self.ledger = state.ledger
        self.holes = state.holes
        self.retry_at = state.retry_at
        self.intent_off_at = state.intent_off_at
        self.clock_at = state.clock_at
        self.diagnosis_at = state.diagnosis_at
        self.last_verdict = state.last_verdict
        self.paydays = state.paydays
        self.stated_fen = state.stated_fen
        self.cases = state.cases
        self.helped_on = state.helped_on
        self.regrades = state.regrades
        self.reference = reference
        self.follow(
            reference.catalogue
            if reference.staged is None
            else reference.staged_for(state.client, state.served.outlet)
        )
        self.outputs: list[Output] = []

    def begin(self, cause: Cause, *, now: Instant) -> None:
        """Start applying a cause at a decision time."""
        self.cause = cause
        self.now = now
        self.edition: Edition = self.catalogue.at(now)
        self.is_late = False
        self.occasions: list[str] = []
        self.began = self.inputs()
        self._named = 0
        self._again: tuple[str, ...] = ()

    def follow(self, released: Catalogue) -> None:
        """Decide under a catalogue, with what is narrower in it where the client is served."""
        self.released = released
        self.catalogue = released.serving(self.served.outlet)

    def serve(self, served: Served) -> None:
        """Who serves the client from now on; what is narrower there binds at once.

        A stage of the outlet comes with the next cause, which first brings runs under it.
        """
        self.served = served
        self.catalogue = self.released.serving(served.outlet)
        self.edition = self.catalogue.at(self.now)

    def inputs(self) -> tuple[object, ...]:
        """What a sale rests on, of the client: a part that changed is another object."""
        return self.household, self.holdings, self.holes

    def state(self) -> ClientState:
        """The parts as they stand."""
        # By position, which is half the cost of names: once or more for every event.
        return ClientState(
            self.client,
            self.contact_clock,
            self.served,
            self.allowed,
            self.complaints,
            self.household,
            self.holdings,
            self.book,
            self.scored,
            self.evidence,
            self.seen,
            self.instances,
            self.ended,
            self.tasks,
            self.ledger,
            self.holes,
            self.retry_at,
            self.intent_off_at,
            self.clock_at,
            self.diagnosis_at,
            self.last_verdict,
            self.paydays,
            self.stated_fen,
            self.cases,
            self.helped_on,
            self.regrades,
        )

    def finish(self) -> Step[ClientState]:
        """The new state and what was concluded."""
        return Step(self.state(), tuple(self.outputs))

    def name(self, prefix: str, *more: str) -> str:
        """The next id that this cause gives; the same cause gives the same ids again."""
        self._named += 1
        cause = self.cause
        return prefix + derive(
            self.client, cause.source, cause.id, self._named, *self._again, *more
        )

    def name_beside(self, prefix: str, *more: str) -> str:
        """An id that takes no number: what follows is named as if this were not there."""
        return prefix + derive(self.client, self.cause.source, self.cause.id, 0, *more)

    def conclude(
        self,
        fact: type[Fact],
        data: Wire,
        *,
        route: Route = Route.CLIENT_FACTS,
        apart: tuple[str, ...] = (),
        event_id: str | None = None,
    ) -> None:
        """Publish a fact; `apart` goes into its id where the same cause may come again."""
        event = codec.build(
            fact,
            data,
            event_id=event_id or self.name("f_", *apart),
            source=CLIENT_FOLD,
            key=self.client,
            time=self.now,
            causeid=self.cause.id,
            causesource=self.cause.source,
        )
        self.outputs.append(Output(route, self.client, event))

    def send(self, signal: type[Envelope], data: Wire, *, key: str) -> None:
        """Send an event to a desk's log."""
        event = codec.build(
            signal,
            data,
            event_id=self.name("e_"),
            source=CLIENT_FOLD,
            key=key,
            time=self.now,
            receivedat=self.now,
        )
        self.outputs.append(Output(Route.DESK_EVENTS, key, event))

    def set_aside(
        self,
        event: Envelope,
        effect: Effect,
        reason: str | None = None,
        *,
        act: Claim | None = None,
    ) -> None:
        """Say that an event had less effect than its like; `act` is an adviser's, who waits."""
        self.conclude(
            SignalSetAside,
            SetAside(
                event_id=event.id,
                event_source=event.source,
                event_type=event.type,
                effect=effect,
                reason=reason,
                task_id=None if act is None else act.task_id,
                desk=None if act is None else act.desk,
            ),
            apart=(str(effect),),
        )
        if effect in _HEARD_BEFORE:
            # A repeated event has the name of its first: what follows from it is another fact.
            self._again = (str(effect), str(self.now))

    def decide_on(self, occasion: str) -> None:
        """Ask for a decision once this cause is applied."""
        if occasion not in self.occasions:
            self.occasions.append(occasion)
