"""A decision taken: recorded, and turned into tasks."""

from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from journeys.catalogue.edition import Edition
from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import CoolDown
from journeys.client.intent.policy import INTENTS
from journeys.client.intent.weighing import chance
from journeys.client.state import ClientState, TaskRow
from journeys.client.steps import journeys, sales, tasks, wealth, words
from journeys.client.steps.draft import Draft
from journeys.client.stored.codec import encode
from journeys.decide import decision, eligibility, propensity, suitability
from journeys.decide.candidate import Considered, Situation
from journeys.decide.decision import Choice
from journeys.decide.verdict import Ruling, Withheld
from journeys.identity import derive
from schemas.decisions import Decision, RuleVerdict, Stage, Versions, WithheldReason
from schemas.facts import DecisionMade
from schemas.tasks import TaskState
from schemas.time import Instant
from schemas.wire import DecisionId, TaskId

ENGINE = "0.1.0"
"""The version of the deciding code, recorded with every decision."""


def decide(draft: Draft) -> None:
    """Take the decision that this cause asked for, if any; one cause takes at most one."""
    if not draft.occasions or draft.is_late:
        return
    occasion = draft.occasions[0]
    before = draft.state()
    choice = decision.decide(situation(draft, before, occasion))
    draft.retry_at = choice.retry_at
    _withdraw(draft, before)
    verdict = choice.verdict
    if not choice.chosen and verdict == draft.last_verdict:
        return
    draft.last_verdict = verdict
    decision_id = draft.name("d_")
    rows = [_task(draft, one, decision_id) for one in choice.chosen]
    _record(draft, choice, before, decision_id, occasion, rows)
    for one, row in zip(choice.chosen, rows, strict=True):
        if row.marketing and row.desk is None:
            tasks.hold_slot(draft, row)
        tasks.put(draft, row)
        if one.run is not None:
            journeys.decided(draft, one.run, row.task_id)
        elif one.action.rest > 0:
            rest = CoolDown(f"again:{row.action}", Instant(draft.now + one.action.rest))
            draft.ledger = slots.cool_down(draft.ledger, rest, now=draft.now)


def situation(draft: Draft, state: ClientState, trigger: str) -> Situation:
    """What the decision looks at."""
    return Situation(
        state=state,
        edition=draft.edition,
        now=draft.now,
        trigger=trigger,
        chance=_Chances(state, draft).__getitem__,
        lookup=words.of_client(draft),
        reference=draft.reference,
        profile=lambda: wealth.profile(draft),
        held=lambda: wealth.held(draft),
    )


class _Chances(dict[str, float]):
    """Chances of intents, each worked out once for a decision: models, context and value ask."""

    __slots__ = ("_evidence", "_now", "_policy")

    def __init__(self, state: ClientState, draft: Draft) -> None:
        self._evidence, self._now, self._policy = state.evidence, draft.now, draft.edition.intents

    def __missing__(self, intent: str) -> float:
        which = INTENTS.index(intent)
        found = self[intent] = chance(self._evidence, which, self._now, self._policy)
        return found


def _withdraw(draft: Draft, before: ClientState) -> None:
    """Open marketing tasks whose ground fell away are recalled: complaint, consent, opt-out."""
    allowed = before.allowed
    for row in before.tasks:
        if not row.marketing or not tasks.is_open(row) or row.state is TaskState.STARTED:
            continue
        if before.complaints:
            tasks.recall(draft, row, "complaint_open")
        elif not allowed.marketing:
            tasks.recall(draft, row, "consent_missing")
        elif not allowed.profiling:
            tasks.recall(draft, row, "profiling_refused")
        elif row.method in allowed.opted_out:
            tasks.recall(draft, row, "opted_out")


def _task(draft: Draft, one: Considered, decision_id: str) -> TaskRow:
    if one.treatment is None or one.parts is None:
        raise AssertionError("a chosen action has a treatment and its parts")
    run, ranked = one.run, eligibility.desks(one.treatment, draft.served)
    if one.sale is not None and suitability.wants_branch(one.sale, draft.edition) is not None:
        ranked = tuple(desk for desk in ranked if desk != draft.served.remote)
    expires = Instant(draft.now + one.action.expires)
    if run is not None and run.step_due is not None:
        expires = Instant(min(expires, run.step_due))
    # One decision may owe the same duty to several runs.
    owed = () if run is None or not one.action.obligation else (run.name,)
    return TaskRow(
        task_id="t_" + derive(decision_id, one.action.id, one.treatment.id, *owed),
        version=1,
        state=TaskState.PROPOSED,
        decision_id=decision_id,
        action=one.action.id,
        treatment=one.treatment.id,
        journey=None if run is None else run.journey,
        instance=None if run is None else run.key,
        step=None if run is None else run.step,
        channel=str(one.treatment.channel),
        method=str(one.treatment.method),
        desk=next(iter(ranked), None),
        backups=ranked[1:],
        marketing=one.action.marketing,
        priority=one.parts.priority,
        gain_points=one.parts.value_points,
        minutes=one.treatment.minutes,
        due=expires,
        expires=expires,
        reasons=reasons(draft, one),
        proposed_at=draft.now,
        changed_at=draft.now,
        causes=(draft.cause.mark,) if run is None else run.causes,
    )


def reasons(draft: Draft, one: Considered) -> tuple[sales.Said, ...]:
    """Why, for the one who works it: the sale, the journey's facts, then the topic's chance."""
    run = one.run
    said: list[sales.Said] = []
    if one.sale is not None:
        said.extend(sales.reasons(one.sale, draft.edition))
    if run is not None:
        # In order of name: a state read back lists them so, and a repeated step must match.
        told = sorted(_TOLD & run.variables.keys())
        values = {k: v for k in told if not isinstance(v := run.variables[k], bool)}
        said.append((f"journey_{run.journey}", values))
    for case in draft.cases:
        kind = draft.edition.casework.types.get(case.type)
        if kind is not None and kind.help == one.action.id and (case.needs_person or case.overdue):
            said.append((f"case_{case.type}", {"subject": case.subject}))
    if one.action.topic is not None:
        which = INTENTS.index(one.action.topic)
        p = round(chance(draft.evidence, which, draft.now, draft.edition.intents), 4)
        said.append((f"intent_{one.action.topic}", {"p": p}))
    return tuple(said)


_TOLD = frozenset(
    {
        "product",
        "maturity_date",
        "proceeds",
        "inflow",
        "level",
        "due_day",
        "complaint",
        "topic",
        "form",
        "scene",
        "salary",
    }
)
"""Trigger variables that an adviser needs; money in fen."""


def _record(
    draft: Draft,
    choice: Choice,
    before: ClientState,
    decision_id: str,
    occasion: str,
    rows: list[TaskRow],
) -> None:
    subject = next((one.run.name for one in choice.chosen if one.run is not None), None)
    # They are kept with a task only; most decisions issue none.
    verdicts = (*_passed(choice), *_withheld(choice, draft.edition)) if rows else ()
    draft.conclude(
        DecisionMade,
        Decision(
            decision_id=DecisionId(decision_id),
            trigger=occasion,
            subject=subject,
            decided_at=draft.now,
            candidates=choice.candidates(),
            versions=_versions(draft, choice),
            task_ids=tuple(TaskId(row.task_id) for row in rows),
            verdicts=verdicts,
            state=b64encode(encode(before)).decode() if rows else None,
        ),
    )


def _versions(draft: Draft, choice: Choice) -> Versions:
    edition = draft.edition
    models = propensity.used(
        (*choice.chosen, *choice.withheld), draft.reference, edition.propensity
    )
    return _used(
        edition.version,
        edition.wealth.id,
        draft.reference.offset,
        edition.propensity.stamp,
        tuple(models.items()),
    )


@lru_cache(maxsize=64)
def _used(
    catalogue: str, parameters: str, offset: int, bins: str, models: tuple[tuple[str, str], ...]
) -> Versions:
    """Most decisions of a day used the same, and a record is never changed."""
    return Versions(
        engine=ENGINE,
        catalogue=catalogue,
        parameters=parameters,
        reference_offset=offset,
        models=dict(models),
        bins=bins,
    )


def _passed(choice: Choice) -> Iterator[RuleVerdict]:
    """Every row that a sale was judged by, chosen or not."""
    # Several actions may propose one sale, and several sales rest on one ruling: it is made once.
    made: dict[int, RuleVerdict] = {}
    for one in (*choice.chosen, *choice.withheld):
        for ruling in () if one.sale is None else one.sale.rulings:
            if id(ruling) not in made:
                made[id(ruling)] = _verdict(ruling)
            yield made[id(ruling)]


def _verdict(ruling: Ruling) -> RuleVerdict:
    return RuleVerdict(
        rule=ruling.rule,
        version=ruling.version,
        verdict=ruling.verdict,
        value=ruling.value,
        limit=ruling.limit,
    )


def _withheld(choice: Choice, edition: Edition) -> Iterator[RuleVerdict]:
    """The row that each of the others fell by."""
    for one in choice.withheld:
        no = one.withheld
        if no is not None and no.rule is not None:
            yield RuleVerdict(
                rule=no.rule,
                version=_version(no.rule, edition),
                verdict=_answer(no),
                value=no.value,
                limit=no.limit,
                until=no.until,
            )


def _answer(no: Withheld) -> Literal["steps", "defer", "suppress", "block"]:
    if no.stage is Stage.SUITABILITY:
        return "steps" if no.reason is WithheldReason.NO_CHANNEL else "block"
    return "defer" if no.until is not None else "suppress"


def _version(rule: str, edition: Edition) -> str:
    """The row's own; what is no row of a table of rules has the catalogue's."""
    row = edition.conduct.rules.get(rule) or edition.suitability.rules.get(rule)
    return edition.version if row is None else row.version
