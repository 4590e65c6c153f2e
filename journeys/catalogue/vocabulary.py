"""The words that conditions may use, and what they are measured in.

A word is said by the client's record, by the trigger that starts a journey, or by a running
journey itself. A condition may use only words that somebody says where it is asked: another word
would always be unknown, and unknown is never true.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from journeys.client.intent.policy import INTENTS
from journeys.condition import Unit

CLIENT: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "now": Unit.INSTANT,
        "tier": Unit.TEXT,
        "segment": Unit.TEXT,
        "language": Unit.TEXT,
        "age": Unit.NUMBER,
        "risk_class": Unit.NUMBER,
        "marketing_consent": Unit.FLAG,
        "profiling_consent": Unit.FLAG,
        "complaint_open": Unit.FLAG,
        "case_stuck": Unit.FLAG,
        "case_overdue": Unit.FLAG,
        "handover_late": Unit.FLAG,
        "opted_out": Unit.FLAG,
        "score": Unit.NUMBER,
        "coverage": Unit.SHARE,
        "holdings": Unit.MONEY,
        "idle": Unit.MONEY,
        "invested": Unit.MONEY,
        "monthly_spend": Unit.MONEY,
        **{f"intent.{intent}": Unit.FLAG for intent in INTENTS},
    }
)
_PAYDAY: Final = {"account": Unit.TEXT, "salary": Unit.MONEY, "payday": Unit.INSTANT}
TRIGGERS: Final[Mapping[str, Mapping[str, Unit]]] = MappingProxyType(
    {
        "maturity_near": {
            "account": Unit.TEXT,
            "product": Unit.TEXT,
            "maturity": Unit.INSTANT,
            "maturity_date": Unit.TEXT,
            "balance": Unit.MONEY,
            "proceeds": Unit.MONEY,
            "rolls_over": Unit.FLAG,
        },
        "inflow": {
            "flow": Unit.TEXT,
            "inflow": Unit.MONEY,
            "own_account": Unit.FLAG,
            "flow_kind": Unit.TEXT,
        },
        "complaint": {"complaint": Unit.TEXT, "topic": Unit.TEXT, "opened": Unit.INSTANT},
        "complaint_settled": {"complaint": Unit.TEXT},
        "complaint_disputed": {"complaint": Unit.TEXT},
        "form_saved": {"form": Unit.TEXT, "attempt": Unit.TEXT, "saved": Unit.INSTANT},
        "form_sent": {"form": Unit.TEXT, "attempt": Unit.TEXT},
        "form_failed": {"form": Unit.TEXT, "attempt": Unit.TEXT},
        "scene_entered": {"partner": Unit.TEXT, "scene": Unit.TEXT, "entered": Unit.INSTANT},
        "scene_done": {"partner": Unit.TEXT, "scene": Unit.TEXT},
        "scene_withdrawn": {"partner": Unit.TEXT},
        "salary": _PAYDAY,
        "salary_left": _PAYDAY,
        "salary_kept": {"account": Unit.TEXT},
        "tested": {
            "test": Unit.TEXT,
            "taken": Unit.INSTANT,
        },
        "fell": {
            "fell": Unit.TEXT,
            "fall": Unit.SHARE,
            "beyond_tolerance": Unit.FLAG,
            "at_risk": Unit.MONEY,
        },
        "diagnosis_due": {
            "due": Unit.INSTANT,
            "due_day": Unit.TEXT,
        },
        "regraded": {
            "product": Unit.TEXT,
            "facts": Unit.TEXT,
            "level": Unit.NUMBER,
            "level_before": Unit.NUMBER,
        },
        "scored": {
            "parameters": Unit.TEXT,
            "score_fall": Unit.NUMBER,
        },
    }
)
"""What each trigger says of the event that fired it. A trigger starts journeys, and is the event
that a run waits for."""
RUN: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "placed": Unit.MONEY,
        "answered": Unit.FLAG,
        "agreed": Unit.FLAG,
        "refused": Unit.FLAG,
        "sold": Unit.MONEY,
        "tries": Unit.NUMBER,
        "lasted": Unit.SPAN,
        "diagnosed": Unit.FLAG,
        "remedy_chosen": Unit.FLAG,
        "diagnosis_complete": Unit.FLAG,
    }
)
"""What a running journey has seen since it was entered."""
AT: Final = "at."
"""Before the name of a step."""
OF_PRODUCT: Final[Mapping[str, Unit]] = MappingProxyType(
    {"held": Unit.MONEY, "above_class": Unit.FLAG}
)
"""What a running journey about one product can say of it as it stands now."""
TIERS: Final = frozenset({"mass", "wealth", "private"})
ACTION_KINDS: Final = frozenset(
    {"service", "reassure", "educate", "diagnose", "allocate", "protect", "retain"}
)
RANKS: Final[Mapping[str, int]] = MappingProxyType(
    {"partner": 0, "app": 0, "ai": 1, "remote": 2, "branch": 3}
)
"""Channels an action may use, cheapest first."""
METHODS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "partner": frozenset({"app_push"}),
        "app": frozenset({"app_push", "sms", "email"}),
        "ai": frozenset({"app_push", "call"}),
        "remote": frozenset({"call", "email"}),
        "branch": frozenset({"call", "visit"}),
    }
)
"""By what means a channel reaches a client."""
TASK_ENDS: Final = frozenset(
    {
        "converted",
        "interested",
        "not_now",
        "refused",
        "unreachable",
        "wrong_person",
        "solved",
        "declined",
        "expired",
        "not_presented",
    }
)
"""How a step's task may end: an outcome, or a close without one."""


def at_entry(trigger: str) -> Mapping[str, Unit]:
    """The words of an entry condition."""
    return {**CLIENT, **TRIGGERS.get(trigger, {})}


def on_the_way(trigger: str, steps: Iterable[str]) -> Mapping[str, Unit]:
    """The words of a goal, an exit or a branch: `at.call` holds while the run is at that step."""
    about = OF_PRODUCT if "product" in TRIGGERS.get(trigger, {}) else {}
    return {**at_entry(trigger), **RUN, **about, **{f"{AT}{step}": Unit.FLAG for step in steps}}
