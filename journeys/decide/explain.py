"""Every stage asked about one action, not only up to the first no."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from journeys.catalogue.actions import Action, Treatment
from journeys.client.state import Allowed
from journeys.condition import Value
from journeys.decide import (
    arbitration,
    contact_policy,
    decision,
    eligibility,
    stopping,
    suitability,
)
from journeys.decide.candidate import Situation
from journeys.decide.contact_policy import Slots
from journeys.decide.verdict import Ruling, Sale, Withheld
from schemas.decisions import Candidate, ScoreParts, Stage, WithheldReason
from schemas.reference import Stop
from schemas.tasks import SendWindow
from schemas.time import Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """What one stage says, for one treatment where it reads the treatment."""

    stage: Stage
    treatment: Treatment | None
    no: Withheld | None
    """`None`: it says yes."""
    parts: ScoreParts | None = None
    row: str | None = None
    """Of the contact policy's table."""
    ruling: Ruling | None = None
    """Of suitability: what a row read of the sale, and its limit."""
    condition: str | None = None
    """What applicability asks, in the catalogue's words; `None` where only a journey asks."""
    read: Mapping[str, Value | None] = field(default_factory=dict)
    """The condition's words, as they stand."""
    stop: Stop | None = None
    """What an operator has stopped, if that is the no."""
    allowed: Allowed | None = None
    """Of consent: what the client allows, where the action needs it."""
    slots: tuple[Slots, ...] = ()
    """Of the caps: what has their slots."""
    hours: SendWindow | None = None
    """Of contact hours: the client's."""


@dataclass(frozen=True, slots=True)
class Examination:
    """One action before every stage, and what a decision would say of it."""

    answers: tuple[Answer, ...]
    fate: Candidate


def examine(action: Action, situation: Situation) -> Examination:
    """Ask every stage; the fate is that of a decision taken now."""
    answers = [
        *_may_have(action, situation),
        *_applies(action, situation),
        *_stops(action, situation),
    ]
    reachable = eligibility.reachable(action, situation)
    if not reachable:
        nowhere = Withheld(Stage.ELIGIBILITY, WithheldReason.NO_CHANNEL)
        answers.append(Answer(Stage.ELIGIBILITY, None, nowhere))
    found = suitability.judge(action, situation)
    answers += _of_sale(found)
    sale = None if isinstance(found, Withheld) else found
    for treatment in reachable:
        no = suitability.in_person(sale, treatment, situation.edition)
        if no is not None:
            answers.append(Answer(Stage.SUITABILITY, treatment, no))
        answers += _stops(action, situation, treatment)
        answers += _of_treatment(action, treatment, situation, sale)
    fates = decision.decide(situation).candidates()
    return Examination(tuple(answers), next(one for one in fates if one.action == action.id))


def _may_have(action: Action, situation: Situation) -> Iterator[Answer]:
    """Segment, shelf and the like; consent is a row of its own, whatever stands before it."""
    no, needs_consent = eligibility.judge(action, situation), action.marketing
    unconsented = situation.unconsented if needs_consent else None
    yield Answer(Stage.ELIGIBILITY, None, None if no == unconsented else no)
    allowed = situation.state.allowed if needs_consent else None
    yield Answer(Stage.ELIGIBILITY, None, unconsented, row="consent", allowed=allowed)


def _applies(action: Action, situation: Situation) -> list[Answer]:
    """Its condition, and what keeps it back besides: a rest that ends helps nobody by itself."""
    run = situation.wishes.get(action.id, (None,))[0]
    no, asked = eligibility.applies(action, situation, run), action.applies
    if asked is None or run is not None:
        return [Answer(Stage.APPLICABILITY, None, no)]
    fits = eligibility.fits(asked.holds(situation.lookup))
    read = {word: situation.lookup(word) for word in sorted(asked.words)}
    condition = Answer(
        Stage.APPLICABILITY, None, fits, row="condition", condition=asked.text, read=read
    )
    if no is None or no == fits:
        return [condition]
    return [condition, Answer(no.stage, None, no, row="again" if no.rule == "rest" else None)]


def _stops(
    action: Action, situation: Situation, treatment: Treatment | None = None
) -> list[Answer]:
    """Every stop that holds it back: one lifted leaves the others. Of any channel, or of one's."""
    of_channel = treatment is not None
    channel = "" if treatment is None else str(treatment.channel)
    until = Instant(situation.now + situation.edition.contact.ask_again_stopped)
    found = []
    for stop in situation.reference.stops:
        no = stopping.judge(
            [stop],
            action=action.id,
            channel=channel,
            outlet=situation.state.served.outlet,
            ask_again=until,
        )
        if no is not None and (stop.scope == "channel") is of_channel:
            found.append(Answer(Stage.CONTACT_POLICY, treatment, no, row="stop", stop=stop))
    passed = [] if of_channel else [Answer(Stage.CONTACT_POLICY, None, None, row="stop")]
    return found or passed


def _of_sale(found: Sale | Withheld | None) -> list[Answer]:
    """Why nothing may be sold, or every row that the best move passed."""
    if isinstance(found, Withheld):
        return [Answer(Stage.SUITABILITY, None, found)]
    rulings = () if found is None else found.rulings
    return [Answer(Stage.SUITABILITY, None, None, row=one.rule, ruling=one) for one in rulings]


def _of_treatment(
    action: Action, treatment: Treatment, situation: Situation, sale: Sale | None
) -> list[Answer]:
    answers = list(_of_contact(action, treatment, situation))
    parts = arbitration.parts(action, treatment, situation, sale)
    cost = situation.edition.arbitration.cost_points
    worth = None
    if not action.obligation and parts.priority <= cost:
        worth = Withheld(
            Stage.ARBITRATION,
            WithheldReason.NO_ACTION_BETTER,
            value=round(parts.priority, 6),
            limit=round(cost, 6),
        )
    return [*answers, Answer(Stage.ARBITRATION, treatment, worth, parts)]


def _of_contact(action: Action, treatment: Treatment, situation: Situation) -> Iterator[Answer]:
    """The contact policy's rows; what they do not ask of a contact is said as a row too."""
    if not action.marketing:
        yield Answer(Stage.CONTACT_POLICY, treatment, None, row="service")
        return
    state, policy, now = situation.state, situation.edition.contact, situation.now
    by_itself = treatment.channel in decision.BY_ITSELF
    slots = contact_policy.taken(str(treatment.method), state, policy, now=now)
    hours = contact_policy.window(state, policy)
    asked = contact_policy.rows(action, treatment, state, policy, now=now, in_hours_only=by_itself)
    for row in asked:
        yield Answer(
            Stage.CONTACT_POLICY,
            treatment,
            row.no,
            row=row.name,
            slots=slots if row.name == "cap" else (),
            hours=hours if row.name == "hours" else None,
        )
    if not by_itself:  # a desk asks again when it dials or presents
        yield Answer(Stage.CONTACT_POLICY, treatment, None, row="desk_hours", hours=hours)
