"""The first two stages for a whole catalogue at once: most actions fall there, most of the time.

What nothing of the client's own touches (no task, run, case, rest or outlet) falls by tier and
condition alone. Conditions are few beside actions: each is asked once, and what the answers come to
is kept for as long as the catalogue stands.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, Self, TypeVar

from journeys.catalogue.actions import Action
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Edition
from journeys.client.journey.instance import Instance
from journeys.condition import Condition
from journeys.decide import eligibility
from journeys.decide.candidate import Considered, Situation, groups_of
from journeys.decide.verdict import Withheld
from journeys.reference import Reference
from schemas import written
from schemas.decisions import Candidate, Stage, WithheldReason

_MOST_KEPT: Final = 256
"""Combinations of tier and answers; beyond them the oldest is worked out again."""
_MOST_LEFT: Final = 1024
"""The same of those combinations together with what is touched."""
_AGAIN: Final = "again:"
K = TypeVar("K")
_Key = tuple[str, Withheld | None, tuple[bool | None, ...]]
"""Tier, why nothing may be marketed, and the conditions' answers."""


class Fallen(NamedTuple):
    """An action that fell early, as verdict and record name it."""

    action: str
    word: str
    record: Candidate


class Fell(tuple[Fallen, ...]):  # noqa: SLOT001 - a tuple with a map of its own has no slots
    """Those that fell together at many decisions, in order of name."""

    verdicts: dict[tuple[str, ...], int]
    """What decisions came to, by the words of all others: see `Choice.verdict`."""

    def __new__(cls, them: Iterable[Fallen] = ()) -> Self:
        """Nothing was decided yet where they fell."""
        fell = super().__new__(cls, them)
        fell.verdicts = {}
        return fell


class Early(NamedTuple):
    """What the first two stages come to."""

    fallen: Fell
    open: tuple[Action, ...]
    """Those that stand, in the catalogue's order."""
    barred: Mapping[str, Considered]
    """Those among them that are kept back with all marketing: by a row, kept with the verdicts."""
    touched: frozenset[str] = frozenset()
    """Those that both stages have to be asked about; the others have passed."""


def early(situation: Situation) -> Early:
    """Who falls early; none of them by a row, so that nothing of them is a verdict to be kept."""
    funnels = situation.reference.derived(_funnels)
    actions = situation.edition.actions
    # By identity: a catalogue's actions are one object, which the funnel keeps.
    found = funnels.get(id(actions))
    if found is None:
        found = funnels[id(actions)] = _Funnel(actions)
    return found.early(situation)


def _funnels(_: Reference) -> dict[int, "_Funnel"]:
    """One for each catalogue that was asked; the oldest go with the products they stood beside."""
    return {}


class _Funnel:
    """One catalogue's actions."""

    def __init__(self, actions: Mapping[str, Action]) -> None:
        self._actions, self._names = actions, frozenset(actions)
        asked = (one.applies for one in actions.values() if one.applies is not None)
        self._conditions: tuple[Condition, ...] = tuple({one.text: one for one in asked}.values())
        self._tests = [one.test for one in self._conditions]
        # What only a journey asks for falls by that alone, whatever runs or rests beside it.
        self._by_itself = {one.id for one in actions.values() if one.applies is not None}
        self._spoken_for: dict[int, tuple[Journey, frozenset[str]]] = {}
        self._by_topic: dict[str, set[str]] = {}
        for one in actions.values():
            for topic in (one.group, *one.tags):
                self._by_topic.setdefault(topic, set()).add(one.id)
        self._kept: dict[_Key, Early] = {}
        self._left: dict[tuple[_Key, frozenset[str]], Early] = {}

    def early(self, situation: Situation) -> Early:
        """The stages as they come out for a client, those that something touches left open."""
        lookup = situation.lookup
        answers = tuple([test(lookup) for test in self._tests])
        key = situation.state.served.tier, situation.unmarketed, answers
        touched = self._touched(situation)
        if not touched:
            return self._of_all(key)
        found = self._left.get((key, touched))
        if found is None:
            found = _kept(self._left, (key, touched), self._without(key, touched), _MOST_LEFT)
        return found

    def _of_all(self, key: _Key) -> Early:
        found = self._kept.get(key)
        return _kept(self._kept, key, self._asked(key), _MOST_KEPT) if found is None else found

    def _without(self, key: _Key, touched: frozenset[str]) -> Early:
        found = self._of_all(key)
        still = {one.id for one in found.open} | touched
        return Early(
            Fell([one for one in found.fallen if one.action not in touched]),
            tuple([one for one in self._actions.values() if one.id in still]),
            found.barred,
            touched,
        )

    def _asked(self, key: _Key) -> Early:
        tier, unmarketed, answers = key
        held = {one.text: answer for one, answer in zip(self._conditions, answers, strict=True)}
        fallen, still_open, barred = [], [], {}
        for action in self._actions.values():
            no, asked = eligibility.in_segment(action, tier), action.applies
            if no is None and unmarketed is not None and action.marketing:
                barred[action.id] = Considered(action, withheld=unmarketed)
            elif no is None:
                no = eligibility.fits(asked is not None and held[asked.text])
            if no is None:
                still_open.append(action)
            else:
                word = fate(action.id, no.reason)
                fallen.append(Fallen(action.id, word, repeated(action.id, no)))
        by_name = Fell(sorted(fallen, key=lambda one: one.action))
        return Early(by_name, tuple(still_open), barred)

    def _touched(self, situation: Situation) -> frozenset[str]:
        """The actions that something of the client's own, or of their outlet, speaks about."""
        state = situation.state
        found = {*situation.open_tasks, *situation.edition.not_here}
        if state.instances:
            found.update(situation.wishes)
            found.update(*[self._by(run, situation.edition) for run in state.instances])
        for topic in situation.topics_owned if state.cases else ():
            found.update(self._by_topic.get(topic, ()))
        if state.ledger.cool_downs:
            found.update(self._by_itself.intersection(_resting(situation)))
        return self._names & found

    def _by(self, run: Instance, edition: Edition) -> frozenset[str]:
        """What may be offered by itself out of the groups that a run's journey takes."""
        journey = edition.journeys.get(run.journey)
        if journey is None:
            return frozenset()
        # By identity, as the actions: what is kept beside its answer has its id for good.
        kept = self._spoken_for.get(id(journey))
        if kept is None:
            groups = groups_of(journey, self._actions)
            named = frozenset(one for one in self._by_itself if self._actions[one].group in groups)
            kept = self._spoken_for[id(journey)] = journey, named
        return kept[1]


def _kept(known: dict[K, Early], key: K, found: Early, most: int) -> Early:
    """Keep what was worked out; the oldest goes for it."""
    known[key] = found
    if len(known) > most:
        del known[next(iter(known))]
    return found


def fate(action: str, reason: WithheldReason) -> str:
    """How a verdict names what fell."""
    return f"{action}:{reason}"


def is_repeated(no: Withheld) -> bool:
    """Does a reason say what it says of many clients alike? Then it is written once for all.

    Where it is all there is to say, or names one out of a short list: a level, a missing answer.
    """
    if no.until is not None:
        return False
    if no.reason is WithheldReason.SCORE_WORSE:
        # Nothing to sell at all; what a move would lose is a figure of one client's.
        return type(no.value) is int and no.value == 0
    return no.value is None or no.reason in _OF_FEW_WORDS


_OF_FEW_WORDS: Final = frozenset(
    {
        WithheldReason.CONTROL_GROUP,
        WithheldReason.DATA_MISSING,
        WithheldReason.HOLE_IN_RECORD,
        WithheldReason.NOT_IN_SEGMENT,
        WithheldReason.RISK_ABOVE_CLASS,
    }
)


# By type as well: 1 and 1.0 are equal, and written differently.
@lru_cache(maxsize=None, typed=True)
def _once(
    action: str,
    stage: Stage,
    reason: WithheldReason,
    rule: str | None,
    value: str | float | None,
    limit: str | float | None,
) -> Candidate:
    fallen = Candidate(
        action=action, stage=stage, reason=reason, rule=rule, value=value, limit=limit
    )
    return written.once(fallen)


def repeated(action: str, no: Withheld) -> Candidate:
    """The record of an action that fell for such a reason, and for no treatment's sake."""
    return _once(action, no.stage, no.reason, no.rule, no.value, no.limit)


def _resting(situation: Situation) -> Iterator[str]:
    for rest in situation.state.ledger.cool_downs:
        if rest.subject.startswith(_AGAIN):
            yield rest.subject.removeprefix(_AGAIN)
