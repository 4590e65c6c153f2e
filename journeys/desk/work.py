"""A desk's state while one event is applied: parts may be replaced, outputs are collected."""

from typing import Final

from msgspec.structs import replace

from journeys.catalogue.edition import Edition
from journeys.desk.state import DeskState, Entry, Left
from journeys.identity import derive, short_hash
from journeys.reference import Reference
from journeys.step import Output, Route, Step
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import DESK_FOLD, ClaimMade, Fact
from schemas.signals.desk import DeskAction, TaskClaimed
from schemas.tasks import Claim, ClaimKind
from schemas.time import Instant
from schemas.wire import ClientToken, DeskId, EventId, TaskId, Wire

_MOST_CLAIMS: Final = 64
_MOST_LEFT: Final = 128
"""Of what is gone and could still be worked; the longest gone is forgotten first."""


class Work:
    """One desk's parts (see `DeskState`), the time, the policy, and the outputs."""

    __slots__ = (
        "_cause",
        "_named",
        "_reference",
        "books",
        "claims",
        "desk",
        "edition",
        "entries",
        "gaps",
        "hours",
        "left",
        "now",
        "outputs",
        "ranking",
        "spent",
        "waiting",
    )

    def __init__(self, state: DeskState, reference: Reference) -> None:
        self.desk = DeskId(state.desk)
        self.hours = state.hours
        self.entries = state.entries
        self.claims = state.claims
        self.gaps = state.gaps
        self.ranking = state.ranking
        self.books = state.books
        self.waiting = state.waiting
        self.spent = state.spent
        self.left = state.left
        self.outputs: list[Output] = []
        self._reference = reference

    def begin(self, cause_id: str, cause_source: str, *, now: Instant) -> None:
        """Start applying a cause."""
        self._cause = (cause_id, cause_source)
        self._named = 0
        self.now = now
        self.edition: Edition = self._reference.catalogue.at(now)

    def finish(self) -> Step[DeskState]:
        """The new state and what was concluded."""
        state = DeskState(
            desk=self.desk,
            hours=self.hours,
            entries=self.entries,
            claims=self.claims,
            gaps=self.gaps,
            ranking=self.ranking,
            books=self.books,
            waiting=self.waiting,
            spent=self.spent,
            left=self.left,
        )
        return Step(state, tuple(self.outputs))

    def find(self, task_id: str) -> Entry | None:
        """A task of this desk."""
        return next((entry for entry in self.entries if entry.task_id == task_id), None)

    def put(self, entry: Entry) -> None:
        """Keep an entry, in order of task id."""
        others = (other for other in self.entries if other.task_id != entry.task_id)
        self.entries = tuple(sorted((*others, entry), key=lambda each: each.task_id))

    def leave(self, entry: Entry) -> None:
        """The task is gone from here; its claim number is kept in case it comes back."""
        others = tuple(pair for pair in self.claims if pair[0] != entry.task_id)
        self.claims = (*others, (entry.task_id, entry.claim))[-_MOST_CLAIMS:]
        self.entries = tuple(other for other in self.entries if other.task_id != entry.task_id)
        self.remember(entry.task_id, entry.version, until=entry.expires)

    def remember(self, name: str, version: int, *, until: Instant) -> None:
        """A task or a hand-over is gone: what is said once more of it does not bring it back."""
        gone = Left(short_hash(name), max(version, self.heard(name)), until)
        others = (one for one in self.left if one.mark != gone.mark and one.until > self.now)
        self.left = (*others, gone)[-_MOST_LEFT:]

    def heard(self, name: str) -> int:
        """The newest version heard of what is gone; 0 of anything else."""
        mark = short_hash(name)
        return next((one.version for one in self.left if one.mark == mark), 0)

    def claim(
        self,
        entry: Entry,
        kind: ClaimKind,
        action: DeskAction | None = None,
        *,
        until: Instant | None = None,
        to: str | None = None,
    ) -> Entry:
        """Make the next claim on a task: a fact here, an event on the client's log."""
        numbered = replace(entry, claim=entry.claim + 1)
        claim = Claim(
            task_id=TaskId(entry.task_id),
            task_version=entry.version,
            number=numbered.claim,
            desk=self.desk,
            kind=kind,
            at=self.now,
            reason=None if action is None else action.reason,
            outcome=None if action is None else action.outcome,
            until=until,
            to=_desk(to) if action is None else action.to,
            actor=None if action is None else action.actor,
        )
        self.conclude(ClaimMade, claim)
        self.tell(TaskClaimed, claim, client=ClientToken(entry.client), at=self.now)
        return numbered

    def tell(self, signal: type[Envelope], data: Wire, *, client: ClientToken, at: Instant) -> None:
        """Say something on a client's log; `at` is when it happened."""
        event = codec.build(
            signal,
            data,
            event_id=self._name("e_"),
            source=DESK_FOLD,
            key=client,
            time=at,
            receivedat=self.now,
        )
        self.outputs.append(Output(Route.CLIENT_EVENTS, client, event))

    def conclude(self, fact: type[Fact], data: Wire) -> None:
        """Publish a fact of this desk."""
        event = codec.build(
            fact,
            data,
            event_id=self._name("f_"),
            source=DESK_FOLD,
            key=self.desk,
            time=self.now,
            causeid=self._cause[0],
            causesource=self._cause[1],
        )
        self.outputs.append(Output(Route.DESK_FACTS, self.desk, event))

    def _name(self, prefix: str) -> EventId:
        self._named += 1
        return EventId(prefix + derive(self.desk, *self._cause, self._named))


def _desk(name: str | None) -> DeskId | None:
    return None if name is None else DeskId(name)
