"""Clients over a quarter: what they did, put on a log as folds and channels would say it."""

import json
from collections.abc import Mapping
from typing import Any

from journeys.decide.control import group_of
from journeys.measures.rules import Measure
from schemas import facts
from schemas.cases import CaseAdvance, CaseLife, CaseMove, FirstContact
from schemas.decisions import Candidate, Decision, ScoreParts, Stage, Versions, WithheldReason
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, HOUR, MINUTE, SECOND, Instant, parse_instant
from schemas.wire import Channel, DecisionId, TaskId
from streams.ports import Outgoing
from streams.readmodel.measuring.asked import Asked
from streams.readmodel.measuring.figure import Figure
from streams.readmodel.measuring.measures import Measured
from tests.builders import a_document, the_catalogue
from tests.streams.readmodel.facts_made import Desk

STARTS = parse_instant("2026-10-01T00:00:00+08:00")
ENDS = parse_instant("2027-01-01T00:00:00+08:00")
SEPTEMBER = Instant(STARTS - 20 * DAY)
NOVEMBER = parse_instant("2026-11-02T10:00:00+08:00")


def client(number: int) -> str:
    return f"ct_{number:032x}"


CONTROLS = the_catalogue().at(STARTS).arbitration.controls
_ALL = [client(number) for number in range(1, 3000)]
TREATED = [one for one in _ALL if group_of(one, CONTROLS) is None]
CONTROL = [one for one in _ALL if group_of(one, CONTROLS) is not None]


def asked(**changes: Any) -> Asked:
    """The last quarter of 2026, the whole bank, under the shipped policy."""
    fields: dict[str, Any] = {
        "starts": STARTS,
        "ends": ENDS,
        "edition": the_catalogue().at(STARTS),
        "controls": (CONTROLS, CONTROLS),
    }
    return Asked(**(fields | changes))


def figure(found: Measured, measure: str, part: str | None = None) -> Figure:
    """One figure of all."""
    return next(f for f in found.figures if (f.measure, f.part) == (measure, part))


def rule(measure: str) -> Measure:
    return asked().rule(measure)


class Quarter(Desk):
    """A desk's log with what measures read."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks = 0

    def serve_all(self, clients: list[str], *, tier: str = "mass", **more: Any) -> None:
        """Served since September."""
        for one in clients:
            self.serve(one, **_fields(tier=tier, at=SEPTEMBER, outlet="east") | more)

    def talk(
        self,
        who: str,
        outcome: str | None = "interested",
        *,
        at: Instant = NOVEMBER,
        seconds: int = 300,
        desk: str | None = "rm-li",
        channel: str = "branch",
        **more: Any,
    ) -> TaskId:
        """A task that was shown, and completed unless `outcome` is left out."""
        self._tasks += 1
        fields: dict[str, Any] = {
            "task_id": TaskId(f"t_{self._tasks:032x}"),
            "client": who,
            "desk": desk,
            "channel": Channel(channel),
            **more,
        }
        self.task(**fields, version=3, state=TaskState.STARTED, changed_at=at)
        if outcome is not None:
            done = Instant(at + seconds * SECOND)
            end = _fields(state=TaskState.COMPLETED, outcome=Outcome(outcome))
            self.task(**fields, version=4, changed_at=done, **end)
        task: TaskId = fields["task_id"]
        return task

    def run(self, who: str, end: str | None, *, journey: str = "maturity", **more: Any) -> None:
        """A run that was entered, and ended unless `end` is left out."""
        at, instance = more.get("at", NOVEMBER), more.get("instance", "td:2026-12-01")
        said = _fields(journey=journey, version=1, instance=instance)
        entered = facts.JourneyAdvance(**said, move=facts.JourneyMove.ENTERED, step="notify")
        self.say(facts.JourneyAdvanced, entered, topic="client-facts", key=who, at=at)
        if end is not None:
            move = _fields(move=facts.JourneyMove.ENDED, end=facts.JourneyEnd(end))
            ended = facts.JourneyAdvance(**said, **move)
            later = Instant(at + more.get("days", 5) * DAY)
            self.say(facts.JourneyAdvanced, ended, topic="client-facts", key=who, at=later)

    def case(self, who: str, number: int, *, met: bool | None, **more: Any) -> None:
        """A case opened, and judged unless `met` is left out."""
        at, case_id = more.get("at", NOVEMBER), f"k_{number:032x}"
        life = CaseLife(more.get("life", "open"))
        advance = CaseAdvance(
            case_id=case_id, case_type=more.get("kind", "payment_failed"), version=1,
            topic="payment", subject="p", life=life, move=CaseMove.OPENED, owner="remote-1",
            channel=Channel.AI, sessions=1, record={}, confirmed=more.get("confirmed"),
        )  # fmt: skip
        self.say(facts.CaseAdvanced, advance, topic="client-facts", key=who, at=at)
        if met is not None:
            judged = FirstContact(case_id=case_id, case_type=advance.case_type, met=met)
            self.say(facts.FirstContactJudged, judged, topic="client-facts", key=who, at=at)

    def slot(self, who: str, change: Any, number: int, *, at: Instant, **more: Any) -> None:
        """A move of a slot; `at` is when the contact was."""
        use = facts.ContactUse(
            task_id=TaskId(f"t_{number:032x}"), change=change, at=at,
            method=more.get("method", "app_push"), used_week=0, held_week=0, cap_week=2,
        )  # fmt: skip
        told = more.get("told", at)
        self.say(facts.ContactCounted, use, topic="client-facts", key=who, at=told)

    def decide(self, who: str, number: int, *, suitable: int, chosen: bool, **more: Any) -> None:
        """A decision with so many suitable candidates, and one that does not apply."""
        capped = _fields(stage=Stage.CONTACT_POLICY, reason=WithheldReason.CAP_WEEK)
        fell = _fields(stage=Stage.APPLICABILITY, reason=WithheldReason.INTENT_OFF)
        candidates = [Candidate(action=f"a{at}", **capped) for at in range(suitable - chosen)]
        if chosen:
            candidates.append(Candidate(action="chosen", chosen=True))
        candidates.append(Candidate(action="far", **fell))
        at = more.get("at", NOVEMBER)
        made = Decision(
            decision_id=DecisionId(f"d_{number:032x}"), trigger=more.get("trigger", "inbound"),
            decided_at=at, candidates=tuple(candidates),
            versions=Versions(engine="0", catalogue="c", parameters="p", reference_offset=1),
        )  # fmt: skip
        self.say(facts.DecisionMade, made, topic="client-facts", key=who, at=at)

    def race(
        self,
        who: str,
        won: str | None,
        *rivals: tuple[Any, ...],
        at: Instant = NOVEMBER,
        **more: Any,
    ) -> DecisionId:
        """A decision over rivals: each an action, its p, its lever and what it is withheld for."""
        self._tasks += 1
        decision = DecisionId(f"d_{self._tasks:032x}")
        versions = Versions(engine="0", catalogue="c", parameters="p", reference_offset=1)
        made = Decision(
            decision_id=decision, trigger="timer", decided_at=at, versions=versions,
            candidates=tuple(_rival(won, *each, **more) for each in rivals),
        )  # fmt: skip
        self.say(facts.DecisionMade, made, topic="client-facts", key=who, at=at)
        return decision

    def told(
        self, who: str, p: float, *, met: bool, at: Instant = NOVEMBER, **more: Any
    ) -> DecisionId:
        """A contact with its chance, by a decision of the hour before, that came to this."""
        action = more.pop("action", "maturity_talk")
        before = Instant(at - HOUR)
        rivals = more.pop("rivals", ())
        prior = more.pop("prior", 0.2)
        decision = self.race(who, action, (action, p), *rivals, at=before, prior=prior)
        outcome = "converted" if met else "not_now"
        fields = _fields(journey=None, instance=None, step=None, action=action)
        self.talk(who, outcome, at=at, decision_id=decision, **fields | more)
        return decision

    def event(self, kind: str, data: Mapping[str, Any], *, key: str, at: Instant) -> None:
        """An event of a channel on its log."""
        self._tasks += 1
        topic = "client-events" if key.startswith("ct_") else "desk-events"
        document = a_document(kind, data, key=key, at=at, event_id=f"e{self._tasks}")
        self.log.append([Outgoing(topic, key.encode(), json.dumps(document).encode(), ())])

    def ask(self, who: str, *, at: Instant = NOVEMBER, **about: Any) -> None:
        """The rule asks a client, about a talk of this adviser; the question stands three days."""
        said: dict[str, Any] = {"desk": "rm-li", "until": Instant(at + 3 * DAY)} | about
        ask = facts.PromoterAsk(**said)
        self.say(facts.PromoterAsked, ask, topic="client-facts", key=who, at=at)

    def answer(
        self, who: str, answer: int, *, at: Instant = NOVEMBER, by: str = "rule", **more: Any
    ) -> None:
        """How likely a client is to recommend the bank; nothing says that the rule asked."""
        said = {"answer": answer, "asked_by": by, "desk": "rm-li"} | more
        self.event("conversation.promoter_answered", said, key=who, at=at)

    def position(self, who: str, yuan: int, version: int, cause: str, at: Instant) -> None:
        """A position of one fund."""
        said = {
            "account": "ac_" + "0" * 16, "product": "wmp1", "version": version, "cause": cause,
            "value": {"amount_minor": yuan * 100, "currency": "CNY"}, "as_of": _stamp(at),
        }  # fmt: skip
        self.event("corebank.position_reported", said, key=who, at=at)

    def test(self, who: str, risk_class: int, *, at: Instant = NOVEMBER, **more: str) -> None:
        """A risk test, by the client on their own device unless said otherwise."""
        said = {"risk_class": risk_class, "taken_at": _stamp(at), "actor": "client"}
        said |= {"device": "client"} | more
        self.event("corebank.risk_test_taken", said, key=who, at=at)

    def roster(
        self, desk: str, version: int, shifts: list[tuple[Instant, int]], at: Instant
    ) -> None:
        """Hours of a desk: when each shift begins, and how many hours it lasts."""
        said = [
            {"starts": _stamp(starts), "ends": _stamp(Instant(starts + hours * HOUR))}
            for starts, hours in shifts
        ]
        self.event("desk.roster_set", {"version": version, "shifts": said}, key=desk, at=at)


def _rival(
    won: str | None,
    action: str,
    p: float,
    lever: float = 1.0,
    reason: str = "lower_priority",
    prior: float = 0.2,
) -> Candidate:
    """Worth one point in a context of one, so that priority is the chance times the lever."""
    parts = ScoreParts(
        p=p, prior=prior, value_points=1, context=1, levers=lever, priority=p * lever
    )
    if action == won:
        return Candidate(action=action, chosen=True, parts=parts)
    no = _fields(stage=Stage.ARBITRATION, reason=WithheldReason(reason))
    return Candidate(action=action, parts=parts, **no)


def _fields(**fields: Any) -> dict[str, Any]:
    return fields


def _stamp(at: Instant) -> str:
    found = a_document("app.page_viewed", {}, at=at)["time"]
    assert isinstance(found, str)
    return found


def minutes(count: int, start: Instant = NOVEMBER) -> list[Instant]:
    """So many instants, a minute apart."""
    return [Instant(start + number * MINUTE) for number in range(count)]
