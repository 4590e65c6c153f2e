"""The policy in force at one moment: every dated table, resolved."""

from collections.abc import Mapping

import msgspec

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.definitions import Journey
from journeys.client.intent.policy import IntentPolicy
from journeys.client.wealth.parameters import WealthParameters


class ContactPolicy(msgspec.Struct, frozen=True):
    """Caps over rolling windows, hours, cool-downs. Spans in microseconds."""

    marketing_per_day: int
    marketing_per_week: int
    calls_per_week: int
    opens: int
    """Local minute of the day at which contact hours begin."""
    closes: int
    opening_spread: int
    """Deferred contacts are spread over this span after opening."""
    decline_action: int
    decline_group: int
    attempts: int
    retry_unreached: int
    """Wait after a client was not reached, before the next attempt."""
    offer_holds: int
    """How long an app or AI offer keeps its slot unshown."""
    remember_touches: int


class Lateness(msgspec.Struct, frozen=True):
    """How old an event may be and still lead to a contact, by kind. Microseconds."""

    by_kind: Mapping[str, int]
    otherwise: int

    def allowed(self, kind: str) -> int:
        """The lateness allowed for a kind such as `app.page_viewed`."""
        return self.by_kind.get(kind, self.otherwise)


class BaseRate(msgspec.Struct, frozen=True):
    """The dated share of presented tasks that reach their goal, before anything is learned."""

    p: float
    as_of: str


class Arbitration(msgspec.Struct, frozen=True):
    """What priorities are made of besides value: base rates, context terms, levers, cost."""

    base_rates: Mapping[tuple[str, str], BaseRate]
    """By action and channel."""
    levers: Mapping[str, int]
    """Points by action: 55 multiplies by 1.55."""
    inbound: float
    own_rm: float
    declined: float
    context_least: float
    context_most: float
    cost_points: float
    """The priority of doing nothing: what a contact costs the client's patience."""


class DeskPolicy(msgspec.Struct, frozen=True):
    """How a desk ranks and passes work on."""

    fairness_share: float
    unserved: int
    fall_back_share: float
    """The share of a task's time after which it moves to the next desk."""
    urgency_near: int
    """Within this span before the deadline urgency rises from 1 to `urgency_most`."""
    urgency_most: float
    snooze_most: int


class Triggers(msgspec.Struct, frozen=True):
    """Thresholds at which book and flows become evidence or triggers."""

    maturity_notice_days: int
    inflow_multiple: float
    """An inflow of so many months' spending is large."""
    outflow_multiple: float
    remember_ended: int
    journeys_at_once: int
    wealth_step_points: float
    """A score that moved this far is published and decides."""


class Recall(msgspec.Struct, frozen=True):
    """What a reversal of one family of events takes back."""

    evidence: bool
    journeys: bool
    tasks: bool


class Edition(msgspec.Struct, frozen=True):
    """Everything a fold may ask about policy at one moment."""

    version: str
    wealth: WealthParameters
    intents: IntentPolicy
    lateness: Lateness
    contact: ContactPolicy
    arbitration: Arbitration
    desk: DeskPolicy
    triggers: Triggers
    recalls: Mapping[str, Recall]
    actions: Mapping[str, Action]
    treatments: Mapping[str, Treatment]
    journeys: Mapping[str, Journey]
    by_trigger: Mapping[str, tuple[Journey, ...]]
