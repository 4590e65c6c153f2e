"""Facts as the folds would write them, put on a fake log."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Engine

from journeys.step import Route
from schemas import codec, facts
from schemas.books import BookEntry, BookEntryKind, BookLine
from schemas.decisions import Candidate, Decision, ScoreParts, Stage, Versions, WithheldReason
from schemas.diagnosis import Diagnosed
from schemas.tasks import Reason, SendWindow, Task, TaskState
from schemas.time import DAY, HOUR, Instant
from schemas.wire import Channel, DecisionId, DeskId, Method, TaskId
from streams.feed import ReaderFeed
from streams.ports import Outgoing
from streams.readmodel.projector import Projector
from tests.builders import CLIENT, MONDAY_10, Life
from tests.fakes import FakeLog

TASK = TaskId("t_" + "0" * 32)
DECISION = DecisionId("d_" + "0" * 32)
_WINDOW = SendWindow(opens=540, closes=1260, utc_offset_minutes=480)


def a_task(**changes: Any) -> Task:
    """An assigned talk about maturing money on desk rm-li."""
    fields: dict[str, Any] = {
        "task_id": TASK,
        "version": 2,
        "state": TaskState.ASSIGNED,
        "client": CLIENT,
        "decision_id": DECISION,
        "action": "maturity_talk",
        "treatment": "maturity_talk_branch",
        "journey": "maturity",
        "instance": "td:2026-12-01",
        "step": "call",
        "channel": Channel.BRANCH,
        "method": Method.CALL,
        "desk": "rm-li",
        "backups": ("team-east", "remote-1"),
        "marketing": True,
        "priority": 1.25,
        "gain_points": 2.1,
        "minutes": 20,
        "due": Instant(MONDAY_10 + DAY),
        "expires": Instant(MONDAY_10 + DAY),
        "window": _WINDOW,
        "reasons": (
            Reason(
                code="journey_maturity",
                values={"maturity_date": "2026-12-01", "proceeds": 40_000_000, "product": "td"},
            ),
            Reason(code="intent_renew", values={"p": 0.82}),
        ),
        "proposed_at": MONDAY_10,
        "changed_at": MONDAY_10,
    }
    return Task(**(fields | changes))


def project(database: Engine, desk: "Desk") -> int:
    """Bring the read model up to the log; how many records."""
    projector = Projector(database, ReaderFeed(desk.log))
    try:
        return projector.catch_up()
    finally:
        projector.close()


class Desk:
    """A log that facts can be put on, one record each."""

    def __init__(self) -> None:
        self.log = FakeLog(partitions=1)
        self._said = 0

    def say(self, fact: type[facts.Fact], data: Any, *, topic: str, **more: Any) -> None:
        self._said += 1
        event = codec.build(
            fact,
            data,
            event_id=f"f{self._said}",
            source=facts.CLIENT_FOLD,
            key=more.get("key", CLIENT),
            time=more.get("at", MONDAY_10),
            causeid=more.get("cause", "cause-1"),
            causesource=more.get("source", "/app/mobile"),
        )
        src = (("src", f"{'0' * 32}:{self._said}:0".encode()),)
        self.log.append([Outgoing(topic, event.partitionkey.encode(), codec.encode(event), src)])

    def task(self, **changes: Any) -> None:
        self.say(facts.TaskChanged, a_task(**changes), topic="tasks")

    def queue(self, *items: tuple[str, int], fits: bool = True) -> None:
        ranked = tuple(
            facts.QueueItem(
                task_id=TaskId(task),
                task_version=1,
                state="assigned",
                rank=rank,
                worth_per_minute=0.1,
                fits_hours=fits,
            )
            for task, rank in items
        )
        data = facts.Queue(desk=DeskId("rm-li"), items=ranked, minutes_left=300)
        self.say(facts.QueueRanked, data, topic="desk-facts", key="rm-li")

    def score(
        self,
        total: float | None,
        by_cause: Mapping[str, float],
        *,
        at: Instant = MONDAY_10,
        parameters: str = "p",
        client: str = CLIENT,
        **more: Any,
    ) -> None:
        """A score published; `None` while too little is known."""
        score = facts.WealthScore(
            total=total,
            label=None if total is None else "subhealthy",
            coverage=0.5 if total is None else 1.0,
            points=(10.0, 9.0, 8.0, 7.0, 6.0, 5.0, None, 3.0, 2.0),
            by_cause=dict(by_cause),
            parameters=parameters,
            **more,
        )
        self.say(facts.WealthScored, score, topic="client-facts", key=client, at=at)

    def serve(
        self,
        client: str = CLIENT,
        *,
        rm: str | None = "rm-li",
        tier: str = "private",
        outlet: str | None = None,
        at: Instant = MONDAY_10,
    ) -> None:
        """Who serves a client."""
        service = facts.Service(
            tier=tier,
            segment="family",
            rm=None if rm is None else DeskId(rm),
            team=DeskId("team-east"),
            remote=DeskId("remote-1"),
            outlet=outlet,
        )
        self.say(facts.ClientServed, service, topic="client-facts", key=client, at=at)

    def line(self, number: int, kind: str, by: str = "head-east", **more: Any) -> None:
        """A line of the ledger of rm-li's book."""
        entry = BookEntry(period="2026q4", kind=BookEntryKind(kind), by=by, **more)
        at = Instant(MONDAY_10 + number * HOUR)
        data = BookLine(number=number, entered_at=at, entry=entry)
        self.say(facts.BookEntryAdded, data, topic="desk-facts", key="rm-li", at=at)

    def book(self) -> None:
        """Three clients of rm-li since September, one of whom moves; a fourth comes late."""
        september, november = Instant(MONDAY_10 - 80 * DAY), Instant(MONDAY_10 - 9 * DAY)
        for number in (1, 2, 3):
            client = f"ct_{number:032x}"
            self.serve(client, tier="private" if number == 1 else "wealth", at=september)
            self.score(60.0 + number, {}, at=september, client=client)
        self.score(64.5, {"trade": 5.0, "price": -1.5}, at=november)
        self.score(60.0, {"trade": -2.0}, at=november, client=f"ct_{2:032x}")
        self.serve(f"ct_{4:032x}", at=november)
        self.score(70.0, {}, at=november, client=f"ct_{4:032x}")

    def diagnosis(self, *, number: int = 1, at: Instant = MONDAY_10, **more: Any) -> Diagnosed:
        """A diagnosis that the fold made of a client's state; name what differs."""
        made = a_diagnosis().model_copy(
            update={"diagnosis_id": f"g_{number:032x}", "held_at": at, **more}
        )
        self.say(facts.DiagnosisMade, made, topic="client-facts", key=more.get("client", CLIENT))
        return made

    def lived(self, life: Life) -> None:
        """What a client's life led to, as the fold said it."""
        for output in life.outputs:
            if output.route is Route.CLIENT_FACTS:
                self._said += 1
                src = (("src", f"{'0' * 32}:{self._said}:0".encode()),)
                value = codec.encode(output.event)
                self.log.append([Outgoing("client-facts", output.key.encode(), value, src)])

    def full(self) -> None:
        """A client with something in every block, and a decision."""
        self.task()
        self.queue((TASK, 1))
        intent = facts.IntentChange(
            intent="renew", on=True, p=0.82, reasons=(Reason(code="maturity_page"),)
        )
        self.say(facts.IntentChanged, intent, topic="client-facts")
        self.score(66.9, {})
        self.score(65.19, {"price": -2.1, "profile": 0.39}, at=Instant(MONDAY_10 + HOUR))
        advance = facts.JourneyAdvance(
            journey="maturity",
            version=1,
            instance="td:2026-12-01",
            move=facts.JourneyMove.ENTERED,
            step="notify",
        )
        self.say(facts.JourneyAdvanced, advance, topic="client-facts")
        contact = facts.ContactUse(
            task_id=TASK, change="held", method="call", used_week=1, held_week=1, cap_week=2
        )
        self.say(facts.ContactCounted, contact, topic="client-facts")
        self.say(facts.DecisionMade, a_decision(), topic="client-facts")


@cache
def a_diagnosis() -> Diagnosed:
    """One with everything known, as the client fold concludes it."""
    statement = {
        "starts": "2025-11-23",
        "ends": "2026-11-23",
        "opening_fen": 30_000_000,
        "closing_fen": 38_000_000,
        "flows": [{"day": "2026-03-02", "amount_fen": 6_000_000}],
        "values": [{"day": "2026-03-02", "amount_fen": 30_900_000}],
    }
    sitting = {
        "desk": "rm-li",
        "actor": "rm-li",
        "shown": True,
        "step_agreed": True,
        "record_closed": True,
        "statement": statement,
    }
    said = Life().say("desk.diagnosis_held", sitting, source="/suishen/desk-fold")
    return next(fact.data for fact in said if isinstance(fact, facts.DiagnosisMade))


def a_decision() -> Decision:
    """One chosen, one withheld by a cap, one that does not apply."""
    parts = ScoreParts(p=0.25, prior=0.25, value_points=4.2, context=1.2, levers=1.0, priority=1.26)
    return Decision(
        decision_id=DECISION,
        trigger="journey",
        subject="maturity/td:2026-12-01",
        decided_at=MONDAY_10,
        candidates=(
            Candidate(
                action="maturity_talk",
                treatment="maturity_talk_branch",
                channel=Channel.BRANCH,
                chosen=True,
                parts=parts,
            ),
            Candidate(
                action="idle_cash_view",
                stage=Stage.CONTACT_POLICY,
                reason=WithheldReason.CAP_WEEK,
                rule="ct04",
                value=2,
                limit=2,
                until=Instant(MONDAY_10 + DAY),
            ),
            Candidate(
                action="stay_talk",
                stage=Stage.APPLICABILITY,
                reason=WithheldReason.INTENT_OFF,
            ),
        ),
        versions=Versions(engine="0.1.0", catalogue="c", parameters="p", reference_offset=4),
        task_ids=(TASK,),
    )
