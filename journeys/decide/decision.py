"""One decision: every action walks the funnel; each is chosen or has one reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

from journeys.catalogue.actions import Action, Treatment
from journeys.client.journey.instance import Instance
from journeys.decide import arbitration, contact_policy, eligibility, stopping, suitability
from journeys.decide.candidate import Considered, Situation
from journeys.decide.funnel import Early, Fallen, Fell, early, fate, is_repeated, repeated
from journeys.decide.verdict import Withheld
from journeys.identity import short_hash
from schemas.decisions import Candidate, Stage, WithheldReason
from schemas.time import Instant
from schemas.wire import Channel

BY_ITSELF = frozenset({Channel.PARTNER, Channel.APP, Channel.AI})
"""Channels that show an offer by themselves: they wait for the hour before it is proposed."""

NOBODY: Final = Fell()
_MOST_VERDICTS: Final = 256
"""Of those that the same actions fell at; beyond it all are hashed anew."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a decision came to."""

    chosen: tuple[Considered, ...]
    withheld: tuple[Considered, ...]
    fallen: Fell = NOBODY
    """Withheld too, early, and by no row."""

    @property
    def verdict(self) -> int:
        """Short hash of the choice and of every reason: the same again is no news."""
        said = [f"{one.action.id}+" for one in self.chosen]
        said += [fate(one.action.id, one.withheld.reason) for one in self.withheld if one.withheld]
        # Most decisions come to what others came to that the same actions fell at.
        known, words = self.fallen.verdicts, tuple(said)
        found = known.get(words)
        if found is None:
            found = short_hash(*sorted([*words, *[one.word for one in self.fallen]]))
            if len(known) >= _MOST_VERDICTS:
                known.clear()
            known[words] = found
        return found

    @property
    def retry_at(self) -> Instant | None:
        """When waiting may help what would else be offered; `None` if it cannot."""
        waits = [
            one.withheld.until
            for one in self.withheld
            if one.withheld and one.withheld.until is not None and _may_help(one)
        ]
        return min(waits, default=None)

    def candidates(self) -> tuple[Candidate, ...]:
        """Every action's fate, as the record keeps it; chosen first, then by action."""
        withheld = [Fallen(one.action.id, "", _record(one)) for one in self.withheld]
        withheld += self.fallen
        withheld.sort(key=itemgetter(0))
        return (*map(_record, self.chosen), *[one.record for one in withheld])


def _may_help(one: Considered) -> bool:
    """What a journey asked for waits for anything, the rest for what passes within days.

    What is held for something better is decided with it, by the step that it waits for.
    """
    if one.withheld is None or one.withheld.reason is WithheldReason.HELD_FOR_BETTER:
        return False
    return one.run is not None or (one.treatment is not None and one.withheld.reason in _PASSES)


_PASSES = frozenset(
    {
        WithheldReason.QUIET_HOURS,
        WithheldReason.CAP_DAY,
        WithheldReason.CAP_WEEK,
        WithheldReason.CAP_CHANNEL,
        WithheldReason.STOPPED,
    }
)


def decide(situation: Situation) -> Choice:
    """Choose the next best action: at most one that is not an obligation, perhaps none."""
    found = early(situation)
    fates = [*_fates(found, situation)]
    survivors = [one for one in fates if one.withheld is None]
    chosen, losers = arbitration.choose(survivors, situation)
    fell = [one for one in fates if one.withheld is not None]
    return Choice(tuple(chosen), (*fell, *losers), found.fallen)


def _fates(found: Early, situation: Situation) -> Iterator[Considered]:
    """What becomes of every action that stands, in the catalogue's order."""
    for action in found.open:
        if action.id in found.touched:
            for run in _wanting(action, situation):
                yield consider(action, run, situation)
        elif action.id in found.barred:
            yield found.barred[action.id]
        else:
            yield _offered(action, None, situation)


def _wanting(action: Action, situation: Situation) -> tuple[Instance | None, ...]:
    """The runs that ask for an action, or none: a duty is owed to each, an offer is made once."""
    runs = situation.wishes.get(action.id, (None,))
    return runs if action.obligation else runs[:1]


def consider(action: Action, run: Instance | None, situation: Situation) -> Considered:
    """One action through the stages, up to the first that says no."""
    no = eligibility.judge(action, situation)
    no = no or eligibility.applies(action, situation, run)
    if no is not None:
        return Considered(action, run, withheld=no)
    return _offered(action, run, situation)


def _offered(action: Action, run: Instance | None, situation: Situation) -> Considered:
    """What the client may have and what fits, through the stages that follow."""
    reachable = eligibility.reachable(action, situation)
    if not reachable:
        nowhere = Withheld(Stage.ELIGIBILITY, WithheldReason.NO_CHANNEL)
        return Considered(action, run, withheld=nowhere)
    # A move is searched for last of all that a treatment does not matter to.
    sale = suitability.judge(action, situation)
    if isinstance(sale, Withheld):
        return Considered(action, run, withheld=sale)
    contact = situation.derived(contact_rows)
    first_no: Withheld | None = None
    for treatment in reachable:
        no = (
            suitability.in_person(sale, treatment, situation.edition)
            or _stopped(action, treatment, situation)
            or contact.judge(action, treatment, in_hours_only=treatment.channel in BY_ITSELF)
        )
        if no is None:
            found = arbitration.parts(action, treatment, situation, sale)
            return Considered(action, run, treatment, found, sale=sale)
        first_no = first_no or no
    return Considered(action, run, reachable[0], withheld=first_no, sale=sale)


def contact_rows(situation: Situation) -> contact_policy.Asked:
    """The contact policy, asked of this client now."""
    state, policy = situation.state, situation.edition.contact
    return contact_policy.Asked(state, policy, now=situation.now)


def _stopped(action: Action, treatment: Treatment, situation: Situation) -> Withheld | None:
    """An operator's stop; whether it still stands is asked again after a while."""
    if not situation.reference.stops:
        return None
    return stopping.judge(
        situation.reference.stops,
        action=action.id,
        channel=str(treatment.channel),
        outlet=situation.state.served.outlet,
        ask_again=Instant(situation.now + situation.edition.contact.ask_again_stopped),
    )


def _record(one: Considered) -> Candidate:
    no = one.withheld
    if one.treatment is None and no is not None and is_repeated(no):
        return repeated(one.action.id, no)
    return _whole(one)


def _whole(one: Considered) -> Candidate:
    no = one.withheld
    return Candidate(
        action=one.action.id,
        treatment=None if one.treatment is None else one.treatment.id,
        channel=None if one.treatment is None else one.treatment.channel,
        chosen=no is None,
        stage=None if no is None else no.stage,
        reason=None if no is None else no.reason,
        rule=None if no is None else no.rule,
        value=None if no is None else no.value,
        limit=None if no is None else no.limit,
        until=None if no is None else no.until,
        parts=one.parts,
    )
