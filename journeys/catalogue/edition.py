"""The policy in force at one moment: every dated table, resolved."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.casework import Casework
from journeys.catalogue.definitions import Journey
from journeys.catalogue.guarding import Guard
from journeys.catalogue.scope import Scope
from journeys.client.intent.policy import IntentPolicy
from journeys.client.wealth.document.plan import PlanRules
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.returns.rules import PromoterRules, ReturnRules
from journeys.learning.naive_bayes import Rules as LearningRules
from journeys.learning.predictor import Predictor
from journeys.lexicon.lexicon import Lexicon
from journeys.measures.rules import Check, Measure
from schemas.time import Instant


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
    ask_again_stopped: int
    """When to ask again for a step that an operator's stop held back."""


class Branch(msgspec.Struct, frozen=True):
    """A branch of the bank."""

    name_zh: str
    name_en: str
    outlets: tuple[str, ...]
    """As the service record of a client names them."""


class Narrower(msgspec.Struct, frozen=True):
    """A row that binds clients of a branch or an outlet beside the bank's."""

    kind: str
    """`contact`, `lever`, `withdrawn`, or `action` for one that is offered nowhere else."""
    id: str
    version: int
    scope: Scope


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
    controls: Mapping[str, float]
    """The share of all clients in each standing control group."""
    inbound: float
    own_rm: float
    declined: float
    context_least: float
    context_most: float
    cost_points: float
    """The priority of doing nothing: what a contact costs the client's patience."""
    hold_within: int
    """Microseconds in which something better may be waited for with the last slot."""
    hold_factor: float
    """So many times the priority it must have."""


class Propensity(msgspec.Struct, frozen=True):
    """What the chance of a goal is learned from, and how."""

    predictors: tuple[Predictor, ...]
    """In order of name."""
    stamp: str
    """Of every bin's meaning: models that counted other bins are not asked."""
    rules: LearningRules


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
    drift_recent: int
    """Overrides of this span are compared with those of the span before it."""
    drift_before: int
    shown_from: int
    """Fewer tasks say nothing of a desk, an action or a group."""


class BookPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an adviser's book compares, what holds credit, and when stages pay. Spans in days."""

    coverage: float
    """From this on a score says enough about a client to be compared."""
    before_diagnosis: int
    """A trade so short before one, undone within `undone_within`, is for show."""
    undone_within: int
    facts_within: int
    """A higher class rests on a confirmed fact of so many days before it."""
    last_days: int
    """Of a period: edits and moves in them are flagged."""
    retyped: float
    """Spending typed down by more than this share."""
    violations_most: int
    complaints_most: int
    stages: tuple["Stage", ...]


class Stage(msgspec.Struct, frozen=True):
    """A target: points a client by a stage, and what it pays."""

    name: str
    points: float
    pays: float
    """Share of the whole bonus."""


class Triggers(msgspec.Struct, frozen=True):
    """Thresholds at which book and flows become evidence or triggers."""

    maturity_notice_days: int
    inflow_multiple: float
    """An inflow of so many months' spending is large."""
    outflow_multiple: float
    remember_ended: int
    journeys_at_once: int
    regrades_at_once: int
    """Of so many products a holder is told at a time that they were graded anew."""
    fall_from_peak: float
    """A fall of the holdings by so much is told, and each further one."""
    wealth_lineage: int
    """So long after a new parameter set scores are told under the old one too; microseconds."""


class SalaryRules(msgspec.Struct, frozen=True):
    """When a salary account is dormant: what comes goes on at once. Spans in microseconds."""

    share: float
    """Of a salary: so much of it out, and it has left."""
    within: int
    """Of its payday, in the months that make the account dormant."""
    months: int
    """So many running."""
    kept: int
    """Of a dormant account: a salary that has not left so long after its payday was kept."""
    apart_least: int
    """Two salaries closer than this are of one month."""
    apart_most: int
    """Further apart, and they do not follow each other."""


class Recall(msgspec.Struct, frozen=True):
    """What a reversal of one family of events takes back."""

    evidence: bool
    journeys: bool
    tasks: bool


class Reading(NamedTuple):
    """How what a row read is told, beside its limit. Nothing is judged by it."""

    what: str
    """A word of the message files."""
    bound: str
    """How the limit binds, one of `read_policies.BOUNDS`."""
    unit: str
    """Of value and limit, one of `read_policies.UNITS`; CNY is held in fen."""


class SuitabilityRule(msgspec.Struct, frozen=True):
    """One row of the product gate. The verdict of a row carries its id and version."""

    id: str
    name_zh: str
    name_en: str
    version: str
    regimes: tuple[str, ...]
    source: str
    read: str
    """How the source was read: V wording, S excerpt, K unchecked, D the bank's own."""
    signed_by: str
    """Empty: not signed yet."""
    told: tuple[Reading, ...] = ()


class AdviceRules(msgspec.Struct, frozen=True, kw_only=True):
    """What is worth proposing, and how much at once."""

    least_gain: float
    """Points: a trade that brings less is not worth a client's signature."""
    worthy_part: float
    """Of the best gain: a yuan may earn most where there is little to earn."""
    shown: int
    most_trades: int
    """In one plan towards the target."""


class ConductRule(SuitabilityRule, frozen=True, kw_only=True):
    """One row of the conduct table: its source, how it acts, and the numbers that it brings."""

    kind: str
    """`predicate` is judged case by case; the others are held where the kind says."""
    purpose: str
    action: str
    signs: str
    """Who has to sign it."""
    inputs: tuple[str, ...]
    """What its predicate may read, by the names of the forms page; empty for other kinds."""
    also: tuple[str, ...]
    """Further sources, each with its tag."""
    numbers: Mapping[str, int]
    """Counts, and money in fen."""
    words: Mapping[str, tuple[str, ...]]


class Conduct(msgspec.Struct, frozen=True):
    """What may be sold, said and sent."""

    rules: Mapping[str, ConductRule]
    """All rows, in the order of the table."""
    lexicon: Lexicon


class Suitability(msgspec.Struct, frozen=True):
    """What the product gate asks, and the bank's own limits."""

    rules: Mapping[str, SuitabilityRule]
    """The bank's own rows of the gate."""
    levels: Mapping[str, ConductRule]
    """The rows of law that the gate runs: S01 to S04 of the conduct table."""
    sale: Mapping[str, ConductRule]
    """The other rows of law that decide a sale, in the order of the table."""
    concentration: float
    """The largest weighed share of a book in one product or with one issuer."""
    adult_age: int
    """Years: from then on a person is taken to have full legal capacity (S13)."""
    means_headroom: float
    """The share of what S11 allows that a proposal leaves free: prices move before the order."""
    in_person: tuple[str, ...]
    """Steps that only a branch can prove."""
    told_step: float
    """The share of a book that prices must move before doors hear of it anew."""
    order_lag: int
    """No order is judged on what is known to be older than that; microseconds."""
    stamp: str
    """Short hash of what a verdict rests on besides client and product; one for an edition."""
    advice: AdviceRules


class WealthBefore(msgspec.Struct, frozen=True):
    """The parameter set before the one in force; both are scored for a while."""

    parameters: WealthParameters
    until: Instant
    """From then on the new set stands alone."""


class Edition(msgspec.Struct, frozen=True):
    """Everything a fold may ask about policy at one moment."""

    version: str
    wealth: WealthParameters
    wealth_before: WealthBefore | None
    intents: IntentPolicy
    lateness: Lateness
    contact: ContactPolicy
    arbitration: Arbitration
    propensity: Propensity
    desk: DeskPolicy
    book: BookPolicy
    returns: ReturnRules
    promoters: PromoterRules
    plan: PlanRules
    triggers: Triggers
    salary: SalaryRules
    suitability: Suitability
    conduct: Conduct
    recalls: Mapping[str, Recall]
    actions: Mapping[str, Action]
    treatments: Mapping[str, Treatment]
    turns_heard: frozenset[tuple[str, bool]]
    """Intents that may change a decision by coming on (`True`) or by going off."""
    journeys: Mapping[str, Journey]
    by_trigger: Mapping[str, tuple[Journey, ...]]
    casework: Casework
    measures: Mapping[str, Measure]
    """By id, all that the code knows; nothing that decides reads them."""
    checks: Mapping[str, Check]
    guards: Mapping[str, Guard] = {}
    """What freezes an action by itself; a catalogue may have none."""
    branches: Mapping[str, Branch] = {}
    """The bank's branches with their outlets; needed only where a row is narrower."""
    narrower: tuple[Narrower, ...] = ()
    """The rows narrower than the bank that made this edition: of one outlet's clients."""
    not_here: Mapping[str, Scope] = {}
    """Actions that these clients are not offered, and the scope of the row that says so."""
