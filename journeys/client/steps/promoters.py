"""The promoter question: asked by rule after something was done for a client, never by choice.

Whoever was served is asked, whatever came of it, or a drawn share of them: asked of happy outcomes
alone it would praise us. The question sells nothing and takes no slot of marketing, control groups
are asked as well; but it is no service either, so complaints, opt-outs and hours keep it back. What
is kept back is not asked later: by then the answer would be about something else.
"""

from typing import Final

from journeys.client.case.case import Case
from journeys.client.contact import ledger as slots
from journeys.client.contact.ledger import CoolDown
from journeys.client.state import TaskRow
from journeys.client.steps.draft import Draft
from journeys.decide import contact_policy, stopping
from journeys.decide.candidate import UNSAFE_HOLES
from journeys.identity import short_hash
from schemas.facts import PromoterAsk, PromoterAsked
from schemas.tasks import Outcome
from schemas.time import Instant
from schemas.wire import Channel, DecisionId, DeskId, Method, TaskId

SUBJECT: Final = "promoter_question"
"""By this name a stop of an action holds it back, and the ledger knows when it was asked last."""
_WHOLE: Final = 2**63


def after_task(draft: Draft, row: TaskRow, outcome: Outcome) -> None:
    """A desk completed a task; did it speak with the client?"""
    if row.desk is not None and outcome not in (Outcome.UNREACHABLE, Outcome.WRONG_PERSON):
        _ask(
            draft,
            PromoterAsk(
                task_id=TaskId(row.task_id),
                decision_id=DecisionId(row.decision_id),
                desk=DeskId(row.desk),
                until=_until(draft),
            ),
        )


def after_case(draft: Draft, case: Case) -> None:
    """A case is solved as far as is known."""
    _ask(draft, PromoterAsk(case_id=case.case_id, until=_until(draft)))


def _until(draft: Draft) -> Instant:
    return Instant(draft.now + draft.edition.promoters.ask_stands)


def _ask(draft: Draft, ask: PromoterAsk) -> None:
    if draft.is_late or not _is_drawn(draft) or not _may_ask(draft):
        return
    every = draft.edition.promoters.ask_every
    rest = CoolDown(SUBJECT, Instant(draft.now + every))
    draft.ledger = slots.cool_down(draft.ledger, rest, now=draft.now)
    # Beside: what else follows from the cause keeps its names, drawn or not.
    draft.conclude(PromoterAsked, ask, event_id=draft.name_beside("f_", SUBJECT))


def _is_drawn(draft: Draft) -> bool:
    """By chance that nobody can choose: it hangs on the id of what was done."""
    drawn = short_hash(SUBJECT, draft.client, draft.cause.source, draft.cause.id)
    return drawn < draft.edition.promoters.ask_share * _WHOLE


def _may_ask(draft: Draft) -> bool:
    if slots.silent_until(draft.ledger, SUBJECT, now=draft.now) is not None:
        return False
    if any(hole.family in UNSAFE_HOLES for hole in draft.holes):
        return False  # it may have said that the client wants to hear nothing
    outlet, channel = draft.served.outlet, str(Channel.APP)
    stops = draft.reference.stops
    if stopping.stop_for(stops, action=SUBJECT, channel=channel, outlet=outlet) is not None:
        return False
    policy = draft.edition.contact
    return contact_policy.courtesy(Method.APP_PUSH, draft.state(), policy, now=draft.now) is None
