"""What a decision looks at: the client, the policy in force, and the actions wanted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from journeys.catalogue.actions import Action, Sells, Treatment
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

    @cached_property
    def _made(self) -> dict[Callable[..., Any], Any]:
        return {}

    def derived(self, make: Callable[["Situation"], T]) -> T:
        """What is made of the situation, made when it is first asked for, and then kept."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    @cached_property
    def sales(self) -> dict[Sells, Sale | Withheld]:
        """What was found so far, by what may be sold: several actions may sell the same."""
        return {}

    @cached_property
    def measured(self) -> dict[str, int]:
        """The bins of the client's measures, once they were taken: the same for all actions."""
        return {}

    @cached_property
    def control(self) -> str | None:
        """The control group that the client belongs to, if any."""
        return group_of(self.state.client, self.edition.arbitration.controls)

    @cached_property
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

    @cached_property
    def unconsented(self) -> Withheld | None:
        """The consent that marketing lacks; `None` if both were given."""
        allowed, no = self.state.allowed, WithheldReason
        if not allowed.marketing:
            return Withheld(Stage.ELIGIBILITY, no.CONSENT_MISSING, "ct01")
        if not allowed.profiling:
            return Withheld(Stage.ELIGIBILITY, no.PROFILING_REFUSED, "pi03")
        return None

    @cached_property
    def open_tasks(self) -> dict[str, list[TaskRow]]:
        """The tasks under way, by action."""
        found: dict[str, list[TaskRow]] = {}
        for row in self.state.tasks:
            if row.state in OPEN_STATES:
                found.setdefault(row.action, []).append(row)
        return found

    @cached_property
    def topics_owned(self) -> frozenset[str]:
        """What the client's open cases speak for."""
        return frozenset(case.topic for case in self.state.cases if case.is_open)

    @cached_property
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

    @cached_property
    def groups_under_way(self) -> frozenset[str]:
        """The groups of actions that a running journey may take: it speaks for the topic."""
        known, actions = self.edition.journeys, self.edition.actions
        runs = [known[run.journey] for run in self.state.instances if run.journey in known]
        does = (step.do for run in runs for step in run.steps.values())
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
