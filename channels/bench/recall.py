"""A product is re-graded above its buyers' class: how long until the last open sale is recalled.

Every client has money idle, said so, and has an open task that sells the product. The clock runs
from the release to the commit that makes the last recall durable: sweep, fold, desks, one process.
"""

import time
from itertools import count as naturals
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from channels.bench.ground import Tell
from channels.simulator.headless import VirtualClock
from journeys.decide.control import group_of
from schemas import codec
from schemas.envelope import Envelope
from schemas.facts import TaskChanged
from schemas.reference import Product
from schemas.signals.conversation import Guess, Reading, Understanding, UtteranceUnderstood
from schemas.signals.corebank import Baseline, BaselineLoaded
from schemas.tasks import TaskState
from schemas.time import DAY, Instant, format_instant, parse_instant
from schemas.wire import Channel, Wire
from streams.catalogue_files import shipped
from streams.embedded.engine import EmbeddedEngine
from streams.errors import WorkerStopError
from streams.ports import Outgoing
from streams.topics import CLIENT_EVENTS, REFERENCE, TASKS

CEILING_S: Final = 5.0
_MONDAY: Final = parse_instant("2026-11-02T10:00:00+08:00")
_A_DESK: Final = 20
"""Clients of one adviser: as many sales wait on a desk."""
_AT_ONCE: Final = 500
_IDLE_FEN: Final = 50_000_000
_RECALLED: Final = f'"state":"{TaskState.RECALLED.value}"'.encode()
_NOTE: Final[dict[str, Any]] = {
    "product": "note",
    "version": 1,
    "issuer": "PAWM",
    "regime": "NFRA",
    "kind": "WMP",
    "issuer_level": 2,
    "seller_level": 2,
    "days_to_cash": 90,
    "term_days": 90,
    "fee_bp": 30,
    "look_through_bp": (0, 3000, 7000, 0, 0),
    "idiosyncratic_bp": 0,
    "idle": False,
    "name_zh": "稳健九十天",
    "name_en": "Steady 90 days",
}
_CURRENT: Final[dict[str, Any]] = _NOTE | {
    "product": "cur",
    "issuer": "PAB",
    "regime": "DEP",
    "kind": "DEPOSIT",
    "issuer_level": 1,
    "seller_level": 1,
    "days_to_cash": 0,
    "term_days": None,
    "fee_bp": 0,
    "look_through_bp": (10_000, 0, 0, 0, 0),
    "idle": True,
}


class Sizes(NamedTuple):
    """How many are touched."""

    clients: int = 10_000


def measure(folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None) -> dict[str, Any]:
    """All figures; `passes` says whether every sale was recalled in time.

    Args:
        folder: empty; for the engine's file.
        sizes: how much is measured.
        tell: hears what is under way.

    Raises:
        WorkerStopError: fewer clients than there are were proposed a sale.
    """
    clock = VirtualClock(Instant(_MONDAY - 30 * DAY))
    engine = EmbeddedEngine(folder / "recall.db", clock)
    engine.release([shipped(), Product(**_CURRENT), Product(**_NOTE)])
    tell(f"proposing a sale to {sizes.clients} clients")
    _propose(engine, clock, sizes.clients)
    open_sales = _count(engine, b'"action":"place_idle"')
    if open_sales < sizes.clients:
        engine.close()
        raise WorkerStopError(
            f"{open_sales} of {sizes.clients} clients were proposed a sale: the shipped policy "
            "sells idle money no more as this bench knows it; change the bench with it"
        )
    tell("grading the product above their class")
    began = time.perf_counter()
    engine.release([Product(**_NOTE | {"version": 2, "seller_level": 5})])
    asked = engine.sweep()
    engine.drain()
    engine.commit()
    seconds = time.perf_counter() - began
    recalled = _count(engine, _RECALLED)
    engine.close()
    return {
        "clients": sizes.clients,
        "asked": asked,
        "recalled": recalled,
        "seconds": round(seconds, 2),
        "passes": recalled == asked == sizes.clients and seconds <= CEILING_S,
    }


def _propose(engine: EmbeddedEngine, clock: VirtualClock, count: int) -> None:
    """Every client known for a month, then heard saying that money lies idle.

    Nobody of a control group: they are proposed nothing.
    """
    policy = engine.references.at(engine.end(REFERENCE, 0)).catalogue.at(_MONDAY)
    controls = policy.arbitration.controls
    treated = (number for number in naturals() if group_of(_client(number), controls) is None)
    numbers = list(islice(treated, count))
    for make, at in ((_known, clock.now()), (_wish, _MONDAY)):
        clock.moment = at
        for start in range(0, count, _AT_ONCE):
            engine.append([make(number, at) for number in numbers[start : start + _AT_ONCE]])
            engine.drain()
            engine.commit()


def _known(number: int, at: Instant) -> Outgoing:
    """A private client of risk class 3 with half a million on the current account."""
    said = {
        "service": {
            "tier": "private",
            "segment": "family",
            "rm": f"rm-{number // _A_DESK}",
            "team": f"team-{number // (50 * _A_DESK)}",
            "remote": f"remote-{number % 50}",
        },
        "consents": {"marketing": True, "profiling": True},
        "fields": {
            "birth": "1984-05-06",
            "annual_income_fen": 40_000_000,
            "essential_spending_fen": 1_500_000,
            "horizon_years": 10,
            "debt_fen": 0,
            "debt_service_fen": 0,
        },
        "risk_test": {
            "risk_class": 3,
            "taken_at": format_instant(Instant(at - 60 * DAY)),
            "actor": "client",
            "device": "client",
        },
        "positions": [
            {
                "account": f"ac_{number:016x}",
                "product": "cur",
                "version": 1,
                "value": {"amount_minor": _IDLE_FEN, "currency": "CNY"},
                "as_of": format_instant(at),
                "cause": "trade",
            }
        ],
    }
    return _said(BaselineLoaded, Baseline.model_validate_json(to_json(said)), number, at)


def _wish(number: int, at: Instant) -> Outgoing:
    """The client says that money lies idle."""
    said = Understanding(
        session="s",
        turn=1,
        channel=Channel.AI,
        language="zh",
        reading=Reading.ACCEPT,
        guesses=(Guess(intent="invest_idle", p=0.95),),
        margin=0.5,
        model="bench",
        path="bench",
    )
    return _said(UtteranceUnderstood, said, number, at)


def _said(kind: type[Envelope], data: Wire, number: int, at: Instant) -> Outgoing:
    client = _client(number)
    event = codec.build(
        kind,
        data,
        event_id=f"{kind.__name__}-{number}",
        source="/bench",
        key=client,
        time=at,
        receivedat=at,
    )
    return Outgoing(CLIENT_EVENTS, client.encode(), codec.encode(event))


def _client(number: int) -> str:
    return f"ct_{number:032x}"


def _count(engine: EmbeddedEngine, what: bytes) -> int:
    """Clients with a task record that says something."""
    told = codec.wire_type(TaskChanged).encode()
    return len(
        {
            record.key
            for partition in range(engine.partitions(TASKS))
            for start in range(0, engine.end(TASKS, partition), _AT_ONCE)
            for record in engine.read(TASKS, partition, start, _AT_ONCE)
            if what in record.value and told in record.value
        }
    )
