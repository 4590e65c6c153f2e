"""Small tables: lateness, arbitration, desk, corrections, triggers, tags."""

from typing import Final

from journeys.catalogue.dating import Dated, dated, scoped
from journeys.catalogue.edition import (
    BaseRate,
    Branch,
    DeskPolicy,
    Reading,
    Recall,
    SalaryRules,
    SuitabilityRule,
    Triggers,
)
from journeys.catalogue.rows import Row
from journeys.catalogue.scope import scope_of
from journeys.catalogue.vocabulary import RANKS
from schemas import codec
from schemas.envelope import Envelope, kind_of
from schemas.signals.desk import TaskClaimed
from schemas.time import DAY, MINUTE

NEVER_LATE: Final = 2**62
ANY_KIND: Final = "*"
_SIGNALS: Final[tuple[type[Envelope], ...]] = (*codec.CLIENT_SIGNALS, TaskClaimed)
KINDS: Final = frozenset(kind_of(codec.wire_type(kind)) for kind in _SIGNALS)
"""The event kinds of a client's log, such as `app.page_viewed`."""
BOUNDS: Final = ("at_most", "at_least", "below", "until", "applies_from", "before", "alone")
"""How a limit binds: `before` is what it was last, `alone` has no limit that could be compared."""
UNITS: Final = ("CNY", "months", "years", "days", "share", "level", "count", "day", "word")
GATE: Final = ("tenor", "liquidity", "concentration")
"""The bank's own rows of the product gate; those of law stand in the conduct table."""
REGIMES: Final = ("NFRA", "CSRC", "INS", "DEP")
STEPS: Final = (
    *("told_unsuitable", "special_warning_signed", "client_reconfirms_class"),
    *("two_of_four_measures", "age_friendly_flow", "advise_stop", "explain"),
    *("own_choice_confirmation", "signed_declaration"),
)
"""What a row may ask to be proved before an order."""
_READ: Final = ("V", "S", "K", "D")
_MOST_CONTROL: Final = 0.5
"""A larger group is no control of the rest."""


def tag(row: Row) -> list[Dated]:
    """A tag with its names; actions, groups and journeys use declared tags only."""
    tag_id = row.name("id")
    names = (row.text("name_zh"), row.text("name_en"))
    return dated(row, "tag", (tag_id,), names)


def lateness(row: Row) -> list[Dated]:
    """How late events of some kinds may be and still lead to a contact; `*` is every other kind."""
    kinds = row.names("kinds", KINDS | {ANY_KIND})
    never = row.flag("never_late", default=False)
    allowed = NEVER_LATE if never else row.span("allowed", least=MINUTE)
    return dated(row, "lateness", _some(row, kinds), allowed)


def correction(row: Row) -> list[Dated]:
    """What a reversal of events of some kinds takes back."""
    kinds = row.names("kinds", KINDS)
    recall = Recall(
        evidence=row.flag("evidence"), journeys=row.flag("journeys"), tasks=row.flag("tasks")
    )
    return dated(row, "correction", _some(row, kinds), recall)


def context(row: Row) -> list[Dated]:
    """The terms of a priority's context, and what a contact costs."""
    terms = {
        "inbound": row.number("inbound", least=-1, most=2),
        "own_rm": row.number("own_rm", least=-1, most=2),
        "declined": row.number("declined", least=-1, most=2),
        "context_least": row.number("context_least", least=0, most=1),
        "context_most": row.number("context_most", least=1, most=10),
        "cost_points": row.number("cost_points", least=0, most=10),
        "hold_within": row.span("hold_within"),
        "hold_factor": row.number("hold_factor", least=1, most=10),
    }
    return dated(row, "context", ("context",), terms)


def base_rate(row: Row) -> list[Dated]:
    """The share of an action's presented tasks that reach its goal, by channel."""
    action, channel = row.name("action"), row.one_of("channel", RANKS)
    as_of = row.moment("as_of")
    if as_of is None and not row.has("as_of"):
        row.fault("missing key 'as_of'; write the day that the rate was set")
    rate = BaseRate(p=row.share("p"), as_of=row.shown("as_of"))
    return dated(row, "base_rate", (f"{action}/{channel}",), rate)


def lever(row: Row) -> list[Dated]:
    """Head office's weight on one action, in points: 55 multiplies by 1.55.

    One of a branch or an outlet holds there instead of the bank's: it reorders, and allows nothing.
    """
    action, scope = row.name("action"), scope_of(row)
    row.text("name")
    points = row.count("points", least=-50, most=100)
    return scoped(row, "lever", (action,), points, scope=scope)


def withdrawn(row: Row) -> list[Dated]:
    """An action that clients of a branch or an outlet are not offered."""
    action, scope = row.name("action"), scope_of(row)
    if scope is None:
        row.fault(
            "an action that nobody is offered ends with its own valid_to; "
            'write scope = "outlet" and outlet = "…", or scope = "branch" and branch = "…"'
        )
    return scoped(row, "withdrawn", (action,), None, scope=scope)


def branch(row: Row) -> list[Dated]:
    """A branch and its outlets, as the service record of a client names them."""
    found = Branch(row.text("name_zh"), row.text("name_en"), row.names("outlets"))
    if not found.outlets:
        row.fault("'outlets' names none; write outlets = [\"outlet_1\"]", "outlets")
    return dated(row, "branch", (row.name("id"),), found)


def control(row: Row) -> list[Dated]:
    """A standing control group: a share of all clients whom no marketing reaches."""
    group = row.name("id")
    share = row.share("share")
    if share > _MOST_CONTROL:
        row.fault(f"'share' is more than {_MOST_CONTROL:.0%} of all clients", "share")
    return dated(row, "control", (group,), share)


def desk(row: Row) -> list[Dated]:
    """How a desk ranks and passes work on."""
    policy = DeskPolicy(
        fairness_share=row.share("fairness_share"),
        unserved=row.span("unserved", least=DAY),
        fall_back_share=row.share("fall_back_share"),
        urgency_near=row.span("urgency_near", least=MINUTE),
        urgency_most=row.number("urgency_most", least=1, most=10),
        snooze_most=row.span("snooze_most", least=MINUTE),
        drift_recent=row.span("drift_recent", least=DAY),
        drift_before=row.span("drift_before", least=DAY),
        shown_from=row.count("shown_from", least=1, most=1000),
    )
    return dated(row, "desk", ("desk",), policy)


def triggers(row: Row) -> list[Dated]:
    """Thresholds at which book and flows become evidence or triggers."""
    limits = Triggers(
        maturity_notice_days=row.count("maturity_notice_days", least=1, most=90),
        inflow_multiple=row.number("inflow_multiple", least=0.1, most=100),
        outflow_multiple=row.number("outflow_multiple", least=0.1, most=100),
        remember_ended=row.count("remember_ended", least=2, most=64),
        journeys_at_once=row.count("journeys_at_once", least=1, most=16),
        regrades_at_once=row.count("regrades_at_once", least=1, most=16),
        fall_from_peak=row.share("fall_from_peak"),
        wealth_lineage=row.span("wealth_lineage"),
    )
    return dated(row, "triggers", ("triggers",), limits)


def salary(row: Row) -> list[Dated]:
    """When a salary account is dormant."""
    rules = SalaryRules(
        share=row.share("share"),
        within=row.span("within", least=MINUTE),
        months=row.count("months", least=1, most=6),
        kept=row.span("kept", least=DAY),
        apart_least=row.span("apart_least"),
        apart_most=row.span("apart_most"),
    )
    if not rules.within <= rules.kept or not rules.apart_least < rules.apart_most:
        row.fault("write within <= kept, and apart_least < apart_most", "within")
    return dated(row, "salary", ("salary",), rules)


def limits(row: Row) -> list[Dated]:
    """The bank's own limits on what may be bought, and how."""
    found = {
        "concentration": row.share("concentration"),
        "adult_age": row.count("adult_age", least=16, most=25),
        "means_headroom": row.share("means_headroom"),
        "in_person": row.names("in_person", STEPS),
        "told_step": row.share("told_step"),
        "order_lag": row.span("order_lag", least=MINUTE),
    }
    return dated(row, "limits", ("limits",), found)


def rule(row: Row) -> list[Dated]:
    """One of the bank's own rows of the product gate; the code knows its predicate by id."""
    found = SuitabilityRule(
        id=row.one_of("id", GATE),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        version=row.shown("version"),
        regimes=row.names("regimes", REGIMES),
        source=row.shown("source"),
        read=row.one_of("read", _READ),
        signed_by=signature(row),
        told=readings(row),
    )
    return dated(row, "rule", (found.id,), found)


def readings(row: Row) -> tuple[Reading, ...]:
    """How what the row read is told, such as `left_liquid at_least CNY`; may be left out."""
    found = []
    for each in row.names("told"):
        said = each.split()
        if len(said) != len(Reading._fields):
            row.fault(f"'{each}' is no reading; write told = [\"bought at_most CNY\"]", "told")
            continue
        reading = Reading(*said)
        row.known("told", reading.bound, BOUNDS, what="bound")
        row.known("told", reading.unit, UNITS, what="unit")
        found.append(reading)
    return tuple(found)


def signature(row: Row) -> str:
    """Who signed a rule; empty if nobody has. A signature is a name and a day."""
    name = row.text("signed_by", "unsigned").removeprefix("unsigned")
    day = row.moment("signed_on")
    if row.has("signed_on") != bool(name) or (name and day is None):
        row.fault(
            "a signature is a name and a day; write both signed_by and signed_on, or neither",
            "signed_by" if name else "signed_on",
        )
    return name


def _some(row: Row, kinds: tuple[str, ...]) -> tuple[str, ...]:
    if not kinds:
        row.fault("'kinds' names no event kind; write kinds = [\"app.page_viewed\"]")
    return kinds
