"""The words that conditions may use, and what they are measured in.

A word is said by the client's record, by the trigger that starts a journey, or by a running
journey itself. A condition may use only words that somebody says where it is asked: another word
would always be unknown, and unknown is never true.
"""

from collections.abc import Mapping
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
        "opted_out": Unit.FLAG,
        "score": Unit.NUMBER,
        "coverage": Unit.SHARE,
        "holdings": Unit.MONEY,
        "idle": Unit.MONEY,
        "monthly_spend": Unit.MONEY,
        **{f"intent.{intent}": Unit.FLAG for intent in INTENTS},
    }
)
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
    }
)
"""What each trigger says of the event that fired it."""
RUN: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        "placed": Unit.MONEY,
        "answered": Unit.FLAG,
        "agreed": Unit.FLAG,
        "refused": Unit.FLAG,
    }
)
"""What a running journey has seen since it was entered."""
TIERS: Final = frozenset({"mass", "wealth", "private"})
ACTION_KINDS: Final = frozenset(
    {"service", "reassure", "educate", "diagnose", "allocate", "protect", "retain"}
)
RANKS: Final[Mapping[str, int]] = MappingProxyType({"app": 0, "ai": 1, "remote": 2, "branch": 3})
"""Channels an action may use, cheapest first."""
METHODS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
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


def on_the_way(trigger: str) -> Mapping[str, Unit]:
    """The words of a goal or an exit."""
    return {**at_entry(trigger), **RUN}
