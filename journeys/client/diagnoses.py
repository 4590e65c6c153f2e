"""A diagnosis held: the document is made of the client's own state, as it stands at that moment.

The desk says that it was held and how far it was carried; what was found is concluded here, where
book, household and gaps are known, and never typed by anybody.
"""

from datetime import date
from typing import Final

from msgspec.structs import replace

from journeys.client.state import Holding
from journeys.client.steps import doubt, journeys, owed, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.book import Lot
from journeys.client.wealth.document.document import Document, Mode, document
from journeys.client.wealth.document.figures import account_of, findings, returned, xrayed
from journeys.client.wealth.product import facts_of
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held
from journeys.client.wealth.score import Label
from schemas.diagnosis import Diagnosed, Returned, Statement
from schemas.envelope import Envelope
from schemas.facts import ClientServed, DiagnosisMade, Effect, Service
from schemas.signals.app import DiagnosisTaken
from schemas.signals.desk import DiagnosisHeld, Sitting
from schemas.time import DAY, local_day
from schemas.wire import DeskId

_ANSWERS: Final = (
    "age",
    "annual_income",
    "essential_spending",
    "risk_class",
    "horizon_years",
)
"""What a household can leave unanswered (`Profile`)."""
_RECORD: Final = frozenset({"book", "profile", "risk_test", "unreadable"})
"""Families of holes that a diagnosis rests on."""


def on_held(draft: Draft, event: DiagnosisHeld) -> None:
    """A desk held one; only a desk that serves the client may."""
    served = draft.served
    if event.data.desk not in (served.rm, served.team, served.remote):
        draft.set_aside(event, Effect.REFUSED, "not_served_by_desk")
        return
    draft.helped_on = draft.now // DAY
    _conclude(draft, event, event.data, Mode.ASSISTED)


def on_taken(draft: Draft, event: DiagnosisTaken) -> None:
    """The client went through it alone; one that was only begun is no diagnosis yet."""
    if event.data.finished:
        _conclude(draft, event, None, Mode.SELF_SERVICE, chosen=event.data.remedy is not None)


def tell_served(draft: Draft) -> None:
    """Say who serves the client now."""
    served = draft.served
    said = Service(
        tier=served.tier,
        segment=served.segment,
        rm=_desk(served.rm),
        team=_desk(served.team),
        remote=_desk(served.remote),
        outlet=served.outlet,
    )
    draft.conclude(ClientServed, said)


def _desk(name: str | None) -> DeskId | None:
    return None if name is None else DeskId(name)


def _conclude(
    draft: Draft, event: Envelope, said: Sitting | None, mode: Mode, *, chosen: bool = False
) -> None:
    """Say what was found. Alone a client saw it by finishing it, and agreed by choosing a step."""
    today = local_day(draft.now, utc_offset_minutes=draft.served.utc_offset_minutes)
    statement = None if said is None or not _is_sound(said.statement) else said.statement
    found = _document(draft, mode, statement, today)
    shown, agreed, closed = (
        (True, chosen, True) if said is None else (said.shown, said.step_agreed, said.record_closed)
    )
    lacks = _lacks(draft, found, statement, today)
    is_complete = not lacks and shown and agreed and closed
    marks = {"diagnosed": True, "remedy_chosen": agreed, "diagnosis_complete": is_complete}
    if is_complete:
        owed.note_held(draft)
    journeys.note(draft, *(mark for mark, is_so in marks.items() if is_so))
    draft.scored = replace(draft.scored, crest=wealth.hundredths(draft.scored.total))
    score = doubt.surely(draft, found.score)
    draft.conclude(
        DiagnosisMade,
        Diagnosed(
            diagnosis_id=draft.name("g_"),
            mode=mode.value,
            desk=None if said is None else said.desk,
            actor=None if said is None else said.actor,
            held_at=event.time,
            data_day=today,
            tier=draft.served.tier,
            shown=shown,
            step_agreed=agreed,
            record_closed=closed,
            lacks=lacks,
            complete=is_complete,
            total=score.total if score.shown else None,
            label=score.label.value if score.shown else None,
            coverage=score.coverage,
            parameters=score.parameter_set,
            portfolio=findings(found.portfolio),
            account=findings(found.account),
            xray=xrayed(found.xray),
            returned=_returned(statement, found),
        ),
    )


def _is_sound(statement: Statement | None) -> bool:
    """One period, with its flows and values inside it?"""
    if statement is None or statement.starts >= statement.ends:
        return False
    days = [one.day for one in (*statement.flows, *statement.values)]
    return all(statement.starts <= day <= statement.ends for day in days)


def _document(draft: Draft, mode: Mode, statement: Statement | None, today: date) -> Document:
    label = draft.scored.label
    return document(
        _held(draft, today),
        wealth.profile(draft),
        draft.edition.wealth,
        mode=mode,
        history=None if statement is None else (account_of(statement), draft.edition.returns),
        previous_label=None if label is None else Label(label),
    )


def _held(draft: Draft, today: date) -> Held:
    """Every lot that is booked, under its facts, with the days that it has left today."""
    return [
        (lot, facts_of(product))
        for holding in draft.holdings
        if (lot := _lot(holding, today)) is not None
        and (product := draft.reference.product(lot.product, lot.facts_version)) is not None
    ]


def _lot(holding: Holding, today: date) -> Lot | None:
    """A lot's days to maturity are kept at edges only; a ladder wants today's."""
    if holding.lot is None or holding.maturity is None:
        return holding.lot
    return replace(holding.lot, days_to_maturity=max(0, (holding.maturity - today).days))


def _returned(statement: Statement | None, found: Document) -> Returned | None:
    if statement is None or found.earned is None:
        return None
    return returned(statement, found.earned)


def _lacks(
    draft: Draft, found: Document, statement: Statement | None, today: date
) -> tuple[str, ...]:
    """What could not be judged, in a fixed order."""
    told = wealth.profile(draft)
    unanswered = [name for name in _ANSWERS if _is_open(told, name)]
    checks = (
        ("positions_in_doubt", any(holding.doubt for holding in draft.holdings)),
        ("record_hole", any(hole.family in _RECORD for hole in draft.holes)),
        ("returns", found.earned is None),
        ("returns_of_another_day", statement is not None and statement.ends != today),
    )
    return (*unanswered, *(name for name, is_so in checks if is_so))


def _is_open(told: Profile, name: str) -> bool:
    return getattr(told, name) is None
