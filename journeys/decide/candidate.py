"""What a decision looks at: the client, the policy in force, and the actions wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from journeys.catalogue.actions import Action, Sells, Treatment
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Edition
from journeys.client.journey.instance import Instance
from journeys.client.journey.migration import definition
from journeys.client.state import ClientState, TaskRow
from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.condition import Value
from journeys.decide.control import group_of
from journeys.decide.verdict import Sale, Withheld
from journeys.reference import Reference
from schemas.decisions import ScoreParts, Stage, WithheldReason
from schemas.tasks import OPEN_STATES
from schemas.time import Instant

T = TypeVar("T")
UNSAFE_HOLES = frozenset({"consent", "complaint", "risk_test", "unreadable"})
"""Families whose loss may hide a no: while such a hole is open, nothing is marketed."""

Holds = tuple[str, Lot, ProductFacts]
"""Account and product, the lot, and the facts that it was booked under."""


class Once(Generic[T]):
    """An answer that is worked out when it is first asked for, and then kept.

    As `functools.cached_property` without its lock, which costs more than most answers: a decision
    is taken by one thread.
    """

    def __init__(self, answer: Callable[[Any], T]) -> None:
        self._answer, self.__doc__ = answer, answer.__doc__
        self._name = answer.__name__

    def __get__(self, asked: object, _owner: object = None) -> T:
        # What stands in the map of an object hides this for the next time.
        found = asked.__dict__[self._name] = self._answer(asked)
        return found


@dataclass(frozen=True)
class Situation:
    """One client at one decision time, under one edition of the catalogue."""

    state: ClientState
    edition: Edition
    now: Instant
    trigger: str
    chance: Callable[[str], float]
    """Probability of an intent; few decisions come so far that they ask."""
    lookup: Callable[[str], Value | None]
    """A condition's words, answered from the client alone."""
    reference: Reference
    """Products, and the contacts that an operator has stopped."""
    profile: Callable[[], Profile]
    """The household as it stands now; only a sale asks."""
    held: Callable[[], Sequence[Holds]]
    sales: dict[Sells, Sale | Withheld] = field(default_factory=dict, init=False, repr=False)
    """What was found so far, by what may be sold: several actions may sell the same."""
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)

    def derived(self, make: Callable[["Situation"], T]) -> T:
        """What is made of the situation, made when it is first asked for, and then kept."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    @Once
    def control(self) -> str | None:
        """The control group that the client belongs to, if any."""
        return group_of(self.state.client, self.edition.arbitration.controls)

    @Once
    def unmarketed(self) -> Withheld | None:
        """Why nothing at all may be marketed to the client; `None` if it may."""
        state, no = self.state, WithheldReason
        hole = next((hole for hole in state.holes if hole.family in UNSAFE_HOLES), None)
        if hole is not None:
            return Withheld(Stage.ELIGIBILITY, no.HOLE_IN_RECORD, value=hole.family)
        if self.unconsented is not None:
            return self.unconsented
        group = self.control
        return None if group is None else Withheld(Stage.ELIGIBILITY, no.CONTROL_GROUP, group)

    @Once
    def unconsented(self) -> Withheld | None:
        """The consent that marketing lacks; `None` if both were given."""
        allowed, no = self.state.allowed, WithheldReason
        if not allowed.marketing:
            return Withheld(Stage.ELIGIBILITY, no.CONSENT_MISSING, "ct01")
        if not allowed.profiling:
            return Withheld(Stage.ELIGIBILITY, no.PROFILING_REFUSED, "pi03")
        return None

    @Once
    def open_tasks(self) -> dict[str, list[TaskRow]]:
        """The tasks under way, by action."""
        found: dict[str, list[TaskRow]] = {}
        for row in self.state.tasks:
            if row.state in OPEN_STATES:
                found.setdefault(row.action, []).append(row)
        return found

    @Once
    def topics_owned(self) -> frozenset[str]:
        """What the client's open cases speak for."""
        return frozenset(case.topic for case in self.state.cases if case.is_open)

    @Once
    def wishes(self) -> dict[str, tuple[Instance, ...]]:
        """The runs whose step waits for a decision, by the action that it asks for.

        A step whose time is up at this very moment asks for nothing more.
        """
        found: dict[str, tuple[Instance, ...]] = {}
        catalogue = self.reference.catalogue_for(self.state.client, self.state.served.outlet)
        for run in self.state.instances:
            journey = definition(run, self.edition.journeys, catalogue.journey)
            steps = {} if journey is None else journey.steps
            is_over = run.step_due is not None and run.step_due <= self.now
            if run.wants and run.step in steps and not is_over:
                do = steps[run.step].do or ""
                found[do] = (*found.get(do, ()), run)
        return found

    @Once
    def groups_under_way(self) -> frozenset[str]:
        """The groups of actions that a running journey may take: it speaks for the topic."""
        known, actions = self.edition.journeys, self.edition.actions
        runs = [known[run.journey] for run in self.state.instances if run.journey in known]
        return frozenset(group for run in runs for group in groups_of(run, actions))


def groups_of(journey: Journey, actions: Mapping[str, Action]) -> frozenset[str]:
    """The groups of the actions that a journey may take."""
    does = (step.do for step in journey.steps.values())
    return frozenset(actions[do].group for do in does if do is not None and do in actions)


class Considered(NamedTuple):
    """An action with its treatment and parts, or the reason it fell."""

    action: Action
    run: Instance | None = None
    treatment: Treatment | None = None
    parts: ScoreParts | None = None
    withheld: Withheld | None = None
    sale: Sale | None = None
    """What a selling action proposes."""
