"""A client's state while one event is applied: parts may be replaced, outputs are collected.

A draft lives inside one call of the fold. The state it came from is never touched.
"""

from dataclasses import dataclass

from journeys.catalogue.edition import Edition
from journeys.client.state import ClientState
from journeys.identity import derive, short_hash
from journeys.reference import Reference
from journeys.step import Output, Route, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import CLIENT_FOLD, Effect, Fact, SetAside, SignalSetAside
from schemas.time import Instant
from schemas.wire import Wire


@dataclass(frozen=True, slots=True)
class Cause:
    """What is being applied: an event, or a timer at the time it was due."""

    id: str
    source: str
    at: Instant
    """Event time; for a timer the time it was due."""
    kind: str
    """The event's type without prefix and version, or the timer's kind."""

    @property
    def mark(self) -> int:
        """The short hash by which evidence, holdings and tasks remember it."""
        return short_hash(self.source, self.id)


class Draft:
    """One client's parts (see `ClientState`), the time, the policy, and the outputs."""

    __slots__ = (
        "_named",
        "allowed",
        "book",
        "cause",
        "client",
        "clock_at",
        "complaints",
        "contact_clock",
        "edition",
        "ended",
        "evidence",
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
        "reference",
        "retry_at",
        "scored",
        "seen",
        "served",
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
        self.last_verdict = state.last_verdict
        self.reference = reference
        self.outputs: list[Output] = []

    def begin(self, cause: Cause, *, now: Instant) -> None:
        """Start applying a cause at a decision time."""
        self.cause = cause
        self.now = now
        self.edition: Edition = self.reference.catalogue.at(now)
        self.is_late = False
        self.occasions: list[str] = []
        self._named = 0

    def state(self) -> ClientState:
        """The parts as they stand."""
        return ClientState(
            client=self.client,
            contact_clock=self.contact_clock,
            served=self.served,
            allowed=self.allowed,
            complaints=self.complaints,
            household=self.household,
            holdings=self.holdings,
            book=self.book,
            scored=self.scored,
            evidence=self.evidence,
            seen=self.seen,
            instances=self.instances,
            ended=self.ended,
            tasks=self.tasks,
            ledger=self.ledger,
            holes=self.holes,
            retry_at=self.retry_at,
            intent_off_at=self.intent_off_at,
            clock_at=self.clock_at,
            last_verdict=self.last_verdict,
        )

    def finish(self) -> Step[ClientState]:
        """The new state and what was concluded."""
        return Step(self.state(), tuple(self.outputs))

    def name(self, prefix: str) -> str:
        """The next id that this cause gives; the same cause gives the same ids again."""
        self._named += 1
        return prefix + derive(self.client, self.cause.source, self.cause.id, self._named)

    def conclude(self, fact: type[Fact], data: Wire, *, route: Route = Route.CLIENT_FACTS) -> None:
        """Publish a fact."""
        event = codec.build(
            fact,
            data,
            event_id=self.name("f_"),
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

    def set_aside(self, event: Envelope, effect: Effect, reason: str | None = None) -> None:
        """Say that an event had less effect than its like."""
        self.conclude(
            SignalSetAside,
            SetAside(
                event_id=event.id,
                event_source=event.source,
                event_type=event.type,
                effect=effect,
                reason=reason,
            ),
        )

    def decide_on(self, occasion: str) -> None:
        """Ask for a decision once this cause is applied."""
        if occasion not in self.occasions:
            self.occasions.append(occasion)
