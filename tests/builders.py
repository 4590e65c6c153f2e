"""Builders: a test names only what matters to it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load
from journeys.catalogue.signing import diff_digest, digest_of
from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.reference import Reference
from journeys.step import Output
from schemas import codec
from schemas.envelope import Envelope, schema_name, type_name
from schemas.reference import CatalogueFiles, Product, Signed
from schemas.time import DAY, Instant, format_instant, parse_instant

CLIENT = "ct_" + "0" * 31 + "1"
OTHER_CLIENT = "ct_" + "0" * 31 + "2"
ACCOUNT = "ac_" + "0" * 16
MONDAY_10 = parse_instant("2026-11-23T10:00:00+08:00")
"""A Monday, ten in the morning where clients live."""

POLICIES = Path(__file__).parent.parent / "journeys" / "catalogue" / "policies"


@cache
def the_catalogue() -> Catalogue:
    """The shipped catalogue."""
    files = {path.name: path.read_text(encoding="utf-8") for path in POLICIES.glob("*.toml")}
    return load(files, version="test")


def a_product(product: str = "wmp1", **changes: Any) -> Product:
    """A balanced wealth product of level 2; name what differs."""
    facts: dict[str, Any] = {
        "product": product,
        "version": 1,
        "issuer": "PAWM",
        "regime": "NFRA",
        "kind": "WMP",
        "issuer_level": 2,
        "seller_level": 2,
        "days_to_cash": 30,
        "fee_bp": 40,
        "look_through_bp": (1000, 0, 8500, 500, 0),
        "idiosyncratic_bp": 0,
        "idle": False,
        "name_zh": "稳健理财",
        "name_en": "Steady",
    }
    return Product(**(facts | changes))


CURRENT = a_product(
    "cur", issuer="PAB", regime="DEP", kind="DEPOSIT", issuer_level=1, seller_level=1,
    days_to_cash=0, fee_bp=0, look_through_bp=(10000, 0, 0, 0, 0), idle=True,
)  # fmt: skip
TERM = a_product(
    "td", issuer="PAB", regime="DEP", kind="DEPOSIT", issuer_level=1, seller_level=1,
    days_to_cash=365, fee_bp=0, look_through_bp=(0, 10000, 0, 0, 0),
)  # fmt: skip


@cache
def the_reference() -> Reference:
    """The shipped catalogue with three products."""
    reference = Reference(offset=0, catalogue=the_catalogue())
    for at, product in enumerate((CURRENT, TERM, a_product()), start=1):
        reference = reference.with_product(product, offset=at)
    return reference


def a_document(  # noqa: PLR0913 - each may matter to a test
    kind: str,
    data: Mapping[str, Any],
    *,
    at: Instant = MONDAY_10,
    received: Instant | None = None,
    key: str = CLIENT,
    event_id: str = "",
    source: str = "/app/mobile",
) -> dict[str, Any]:
    """A CloudEvent as JSON data; `kind` such as `app.page_viewed`."""
    wire_type = type_name(f"{kind}.v1")
    return {
        "specversion": "1.0",
        "id": event_id or f"{kind}@{at}",
        "source": source,
        "type": wire_type,
        "subject": key,
        "time": format_instant(at),
        "dataschema": schema_name(wire_type),
        "partitionkey": key,
        "receivedat": format_instant(at if received is None else received),
        "data": dict(data),
    }


def an_event(kind: str, data: Mapping[str, Any], **more: Any) -> Envelope:
    """The same, decoded from the client's log (or the desk's, by its key)."""
    document = a_document(kind, data, **more)
    kinds = codec.CLIENT_LOG if document["partitionkey"].startswith("ct_") else codec.DESK_LOG
    return codec.decode(json.dumps(document).encode(), kinds)


def yuan(amount: int) -> dict[str, Any]:
    """Money as JSON data."""
    return {"amount_minor": amount * 100, "currency": "CNY"}


def a_position(product: str, amount: int, *, version: int = 1, **more: Any) -> dict[str, Any]:
    """A position as JSON data."""
    return {
        "account": ACCOUNT,
        "product": product,
        "version": version,
        "value": yuan(amount),
        "as_of": format_instant(MONDAY_10),
        "cause": "trade",
    } | more


def a_baseline(**more: Any) -> dict[str, Any]:
    """A private client who allows marketing, with an adviser and a full profile."""
    return {
        "service": {
            "tier": "private",
            "segment": "family",
            "rm": "rm-li",
            "team": "team-east",
            "remote": "remote-1",
        },
        "consents": {"marketing": True, "profiling": True},
        "fields": {
            "birth": "1984-05-06",
            "annual_income_fen": 40_000_000,
            "essential_spending_fen": 1_500_000,
            "horizon_years": 10,
        },
        "risk_test": {
            "risk_class": 3,
            "taken_at": format_instant(Instant(MONDAY_10 - 90 * DAY)),
            "actor": "client",
            "device": "client",
        },
        "positions": [a_position("cur", 80_000), a_position("wmp1", 300_000)],
    } | more


class Life:
    """A client lived through the fold, event by event."""

    def __init__(self, *, known: bool = True) -> None:
        self.fold = ClientFold()
        self.state: ClientState = self.fold.begin(CLIENT)
        self.reference = the_reference()
        self.outputs: list[Output] = []
        if known:
            self.say("corebank.baseline_loaded", a_baseline(), at=Instant(MONDAY_10 - 30 * DAY))
            self.was_diagnosed()

    def was_diagnosed(self) -> None:
        """The last diagnosis was a month ago: most tests are about something else."""
        self.state = replace(self.state, diagnosis_at=Instant(MONDAY_10 + 120 * DAY))

    def say(self, kind: str, data: Mapping[str, Any], **more: Any) -> list[Envelope]:
        """Apply an event; what it concluded."""
        return self.hear(an_event(kind, data, **more))

    def hear(self, event: Envelope) -> list[Envelope]:
        """Apply an event already built; what it concluded."""
        step = self.fold.apply(self.state, event, self.reference)
        self.state = step.state
        self.outputs.extend(step.outputs)
        return [output.event for output in step.outputs]

    def wait(self, until: Instant) -> list[Envelope]:
        """Let time pass, with the ticks that the timer service would send."""
        said: list[Envelope] = []
        while (due := self.fold.next_due(self.state)) is not None and due <= until:
            tick = {"due": format_instant(due)}
            said += self.say("engine.ticked", tick, at=due, source="/suishen/timers")
        return said


def a_release(
    files: Mapping[str, str], *, over: Mapping[str, str], version: str, changes: int = 1
) -> CatalogueFiles:
    """A catalogue that two people signed over the one in force, the so-manieth of its log."""
    signed = Signed(
        catalogue=digest_of(files),
        diff=diff_digest(over, files, changes),
        author="anna",
        author_at=MONDAY_10,
        releaser="bo",
        releaser_at=MONDAY_10,
    )
    return CatalogueFiles(version=version, files=dict(files), signed=signed)
