"""P: the chance that an action reaches its goal, by what earlier outcomes taught.

A client who refuses profiling has the dated base rate, and leaves nothing to learn from.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final, NamedTuple

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.edition import Propensity
from journeys.decide.candidate import Considered, Situation
from journeys.learning import model
from journeys.learning.model import Table
from journeys.learning.predictor import Value, written
from journeys.reference import Reference
from schemas.tasks import OPEN_STATES
from schemas.time import DAY, HOUR, MINUTE, local_day

_WEEK: Final = 7 * DAY
_YEAR_DAYS: Final = 365.2425
_FEN: Final = 100
_DAYS: Final = ("thu", "fri", "sat", "sun", "mon", "tue", "wed")
"""From 1970-01-01 on."""


class Told(NamedTuple):
    """A chance, and what it was told by."""

    p: float
    prior: float
    """The dated base rate."""
    bins: str | None
    """As recorded; `None` where nobody may be profiled."""


def told(action: Action, treatment: Treatment, situation: Situation) -> Told:
    """The chance of an action's goal in one channel: by its models, else the dated base rate."""
    edition, channel = situation.edition, str(treatment.channel)
    prior = edition.arbitration.base_rates[action.id, channel].p
    if not situation.state.allowed.profiling:
        return Told(prior, prior, None)
    policy = edition.propensity
    contact = Contact(str(treatment.method), action.group, action.topic)
    bins, as_recorded = situation.derived(_Measured).of(contact, situation)
    tables = asked(action, channel, situation.reference, policy)
    p = model.chance(tables, bins, prior, whole_at=policy.rules.whole_at)
    return Told(p, prior, as_recorded)


class Contact(NamedTuple):
    """All that a measure may read of a contact; those that agree in it are measured once."""

    method: str
    group: str
    topic: str | None


def asked(
    action: Action, channel: str, reference: Reference, policy: Propensity
) -> tuple[Table, ...]:
    """The models that have a word in an action's chance, its own first; none without its own."""
    if not reference.models:
        return ()
    names = model.names(action.id, action.group, channel)
    chain = [reference.models.get(name) for name in names]
    return model.asked(chain, stamp=policy.stamp, whole_at=policy.rules.whole_at)


def used(
    considered: Iterable[Considered], reference: Reference, policy: Propensity
) -> dict[str, str]:
    """The sequence of every model that had a word, by name, in order of name."""
    if not reference.models:
        return {}
    found: dict[str, str] = {}
    for one in considered:
        if one.parts is not None and one.parts.bins is not None and one.treatment is not None:
            channel = str(one.treatment.channel)
            for table in asked(one.action, channel, reference, policy):
                found[table.name] = str(table.sequence)
    return dict(sorted(found.items()))


class _Measured:
    """A client's bins at a decision: those of the client taken once, the rest for each contact.

    The situation keeps it, so it does not keep the situation: a ring waits for the collector.
    """

    def __init__(self, situation: Situation) -> None:
        self._predictors = situation.edition.propensity.predictors
        self._of_client = {
            each.id: each.bin_of(_OF_CLIENT[each.id](situation))
            for each in self._predictors
            if each.id in _OF_CLIENT
        }
        self._found: dict[Contact, tuple[tuple[int, ...], str]] = {}

    def of(self, contact: Contact, situation: Situation) -> tuple[tuple[int, ...], str]:
        """The bin of each predictor in force, in order of name, and as a record keeps them."""
        found = self._found.get(contact)
        if found is None:
            of_client = self._of_client
            bins = tuple(
                [
                    of_client[each.id]
                    if each.id in of_client
                    else each.bin_of(_OF_CONTACT[each.id](contact, situation))
                    for each in self._predictors
                ]
            )
            found = self._found[contact] = bins, written(bins)
        return found


def _age(situation: Situation) -> Value:
    birth = situation.state.household.birth
    return None if birth is None else int((_today(situation) - birth).days / _YEAR_DAYS)


def _today(situation: Situation) -> date:
    offset = situation.state.served.utc_offset_minutes
    return local_day(situation.now, utc_offset_minutes=offset)


def _local(situation: Situation) -> int:
    """Microseconds since 1970 on the client's own clock."""
    return situation.now + situation.state.served.utc_offset_minutes * MINUTE


def _score(situation: Situation) -> Value:
    scored = situation.state.scored
    return None if scored.label is None else scored.total


def _fall(situation: Situation) -> Value:
    peak = situation.state.scored.peak_fen
    return None if peak <= 0 else max(0.0, 1 - situation.state.book.value_fen / peak)


def _days_to_maturity(situation: Situation) -> Value:
    today = _today(situation)
    left = [
        (one.maturity - today).days for one in situation.state.holdings if one.maturity is not None
    ]
    return min((days for days in left if days >= 0), default=None)


def _activity(situation: Situation) -> Value:
    since = situation.now - _WEEK
    return len([item for item in situation.state.evidence.items if since < item.at])


def _since_contact(situation: Situation) -> Value:
    touches = situation.state.ledger.touches
    return (situation.now - touches[-1].at) / DAY if touches else None


_OF_CLIENT: Final[Mapping[str, Callable[[Situation], Value]]] = {
    "activity": _activity,
    "age": _age,
    "days_since_contact": _since_contact,
    "days_to_maturity": _days_to_maturity,
    "fall": _fall,
    "holdings": lambda situation: len(situation.state.holdings),
    "hour": lambda situation: _local(situation) % DAY // HOUR,
    "inbound": lambda situation: "yes" if situation.trigger == "inbound" else "no",
    "intents_on": lambda situation: sum(situation.state.evidence.on),
    "own_adviser": lambda situation: "no" if situation.state.served.rm is None else "yes",
    "risk_class": lambda situation: situation.state.household.told.risk_class,
    "score": _score,
    "tier": lambda situation: situation.state.served.tier,
    "value": lambda situation: situation.state.book.value_fen / _FEN,
    "weekday": lambda situation: _DAYS[_local(situation) // DAY % len(_DAYS)],
}
"""Of the client, whatever is proposed: taken once for a decision."""


def _contacts(contact: Contact, situation: Situation) -> Value:
    return sum(touch.method == contact.method for touch in situation.state.ledger.touches)


def _group_outcome(contact: Contact, situation: Situation) -> Value:
    known = situation.edition.actions
    for row in reversed(situation.state.tasks):
        other = known.get(row.action)
        if row.state not in OPEN_STATES and other is not None and other.group == contact.group:
            return str(row.outcome or row.state)
    return None


def _topic_chance(contact: Contact, situation: Situation) -> Value:
    return None if contact.topic is None else situation.chance(contact.topic)


_OF_CONTACT: Final[Mapping[str, Callable[[Contact, Situation], Value]]] = {
    "contacts": _contacts,
    "group_outcome": _group_outcome,
    "topic_chance": _topic_chance,
}
"""Of this contact in particular."""

MEASURES: Final = frozenset(_OF_CLIENT) | frozenset(_OF_CONTACT)


def spoken(
    tables: Iterable[Table], bins: tuple[int, ...], policy: Propensity
) -> list[tuple[str, float]]:
    """What each predictor says by the first model asked, strongest first; ties by name."""
    own = next(iter(tables), None)
    if own is None:
        return []
    said = zip((one.id for one in policy.predictors), own.spoken(bins), strict=True)
    return sorted(said, key=lambda one: (-abs(one[1]), one[0]))
