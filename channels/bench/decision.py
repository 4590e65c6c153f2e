"""A decision with its full trace: 300 actions, 5,000 products, thirty sales judged by every row.

A client who comes to us is decided on at once; the clock stops when state and record are encoded.
Most actions fall early, as they do in life: another tier, an intent that is off, a condition that
does not hold. Thirty sell, six out of each of five product lines. `dense` is the same with every
action fitting every client, which no catalogue asks.
Times are of the processor, not of the wall.
"""

import re
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any, Final, NamedTuple

from pydantic_core import to_json

from channels.bench.ground import Tell
from channels.bench.life import recorded
from channels.bench.market import market
from channels.simulator.bank import Bank
from channels.simulator.mix import read_mix
from journeys.catalogue.load import load
from journeys.client.fold import ClientFold
from journeys.client.state import ClientState
from journeys.decide.matching.match import Offer
from journeys.reference import Reference
from journeys.step import Step
from schemas import codec
from schemas.decisions import Decision, Stage
from schemas.facts import DecisionMade
from schemas.reference import Product
from schemas.signals.conversation import Contact, ContactStarted
from schemas.time import HOUR, Instant, parse_instant
from schemas.wire import Channel
from streams.catalogue_files import read_files
from streams.file_log import FileLog
from streams.plain import PlainFold
from streams.recording import records_of
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS

ACTIONS: Final = 300
PRODUCTS: Final = 5_000
SALES: Final = 30
CEILINGS: Final = {"p50_ms": 1.0, "p99_ms": 10.0, "mean_ms_mix": 0.3}
_MONDAY: Final = parse_instant("2026-11-02T10:00:00+08:00")
_CLASSES: Final = ('["FIX", "BOND"]', '["FIX"]', '["BOND"]', '["EQ"]', '["CASH", "FIX"]')
_FITS: Final = "idle >= 1 CNY"
_ASKED: Final = (
    "intent.invest_idle and idle >= 10_000 CNY",
    "intent.worry",
    "intent.leave and holdings >= 50_000 CNY",
    "intent.protect and age >= 40",
    "intent.borrow",
    "complaint_open",
    "age >= 60 and risk_class >= 4",
    "coverage < 50%",
)
"""What actions ask that sell nothing; every fifth is for private clients besides."""
_TIERED: Final = 5
_JUDGED: Final = frozenset({Stage.SUITABILITY, Stage.CONTACT_POLICY, Stage.ARBITRATION})


class Sizes(NamedTuple):
    """How much is measured."""

    decisions: int = 400
    clients: int = 100
    days: int = 30
    """Of the life whose deciding events make the mean over the mix."""


def decision(folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None) -> dict[str, Any]:
    """All figures; `passes` says whether every one is within its limit.

    Args:
        folder: empty; for the life that is lived first.
        sizes: how much is measured.
        tell: hears what is under way.
    """
    tell(f"deciding over {ACTIONS} actions and {PRODUCTS} products")
    usual = _decided(sizes, is_dense=False)
    tell("deciding where every action fits every client")
    dense = _decided(sizes, is_dense=True)
    tell(f"living {sizes.days} days for the mean over the mix")
    cuts = quantiles(usual.took, n=100)
    found = {
        "decisions": len(usual.took),
        "actions": usual.candidates,
        "candidates": usual.sales,
        "judged": usual.judged,
        "p50_ms": round(cuts[49], 2),
        "p99_ms": round(cuts[98], 2),
        "mean_ms_mix": round(_mean_over_the_mix(folder, sizes), 3),
        "dense_judged": dense.judged,
        "dense_p50_ms": round(quantiles(dense.took, n=100)[49], 2),
    }
    within = all(found[name] <= most for name, most in CEILINGS.items())
    return found | {"passes": within and usual.sales >= SALES and usual.candidates >= ACTIONS}


class Decided(NamedTuple):
    """Decisions taken: what each cost, and the least that any of them had to look at."""

    took: list[float]
    """Milliseconds."""
    candidates: int
    """In the record, each with its fate."""
    sales: int
    """Selling candidates that came as far as suitability, where every row is run."""
    judged: int
    """Candidates of any kind that came so far."""


def _decided(sizes: Sizes, *, is_dense: bool) -> Decided:
    reference = _wide(is_dense=is_dense)
    took: list[float] = []
    made: list[Decision] = []
    asked = [one for one in _clients(sizes.clients, reference) if _is_of_the_scene(one, reference)]
    for state in islice(cycle(asked), sizes.decisions):
        step, milliseconds = _timed(state, reference)
        made += _made(step)
        took.append(milliseconds)
    return Decided(
        took,
        min(len(one.candidates) for one in made),
        min(_judged(one, "place_idle_") for one in made),
        min(_judged(one) for one in made),
    )


def _is_of_the_scene(state: ClientState, reference: Reference) -> bool:
    """Whether thirty sales come as far as suitability: whom nothing may be sold costs less."""
    step, _ = _timed(state, reference)
    return any(_judged(one, "place_idle_") >= SALES for one in _made(step))


def _made(step: Step[ClientState]) -> Iterator[Decision]:
    return (o.event.data for o in step.outputs if isinstance(o.event, DecisionMade))


def _timed(state: ClientState, reference: Reference) -> tuple[Step[ClientState], float]:
    """One client who comes to us, decided on and written down."""
    fold = ClientFold()
    event = codec.build(
        ContactStarted,
        Contact(session="s1", channel=Channel.REMOTE),
        event_id="contact",
        source="/bench",
        key=state.client,
        time=Instant(_MONDAY + HOUR),
        receivedat=Instant(_MONDAY + HOUR),
    )
    began = time.thread_time_ns()
    step = fold.apply(state, event, reference)
    for output in step.outputs:
        codec.encode(output.event)
    fold.encode(step.state)
    return step, (time.thread_time_ns() - began) / 1e6


def _judged(made: Decision, kind: str = "") -> int:
    """How many candidates came as far as suitability, of those whose name begins so."""
    return sum(
        one.action.startswith(kind) and (one.chosen or one.stage in _JUDGED)
        for one in made.candidates
    )


def _clients(count: int, reference: Reference) -> list[ClientState]:
    """Clients of the synthetic bank as they are loaded, each with money to place."""
    bank = Bank(seed=7, clients=count, start=_MONDAY, mix=read_mix())
    fold = ClientFold()
    states: dict[str, ClientState] = {}
    for message in bank.opening():
        if not message.key.startswith("ct_"):
            continue
        event = codec.decode(to_json(message.body), codec.CLIENT_LOG)
        before = states.get(message.key, fold.begin(message.key))
        states[message.key] = fold.apply(before, event, reference).state
    return [state for state in states.values() if state.allowed.marketing]


def _wide(*, is_dense: bool) -> Reference:
    """The shipped policy with many actions more, and a market beside the bank's own shelf."""
    files = read_files()
    catalogue = load(files | _more(files, is_dense=is_dense), version="bench")
    view = Reference(0, catalogue)
    shelf = [Product(**row) for row in Bank.products()]
    for product in (*shelf, *map(_product, market(PRODUCTS - len(shelf), seed=1))):
        view = view.with_product(product, offset=view.offset + 1)
    return view


def _more(files: Mapping[str, str], *, is_dense: bool) -> dict[str, str]:
    """Copies of two shipped actions with their rates, until there are enough."""
    there = sum(text.count("[[action]]") for text in files.values())
    talk, sale = _block(files, "idle_cash_view"), _block(files, "place_idle")
    actions, rates = [], []
    for number in range(ACTIONS - there):
        name, text = ("place_idle", sale) if number < SALES else ("idle_cash_view", talk)
        new = f"{name}_{number}"
        is_open = is_dense or number < SALES
        copy = text.replace(f'"{name}', f'"{new}')
        asked = _FITS if is_open else _ASKED[number % len(_ASKED)]
        copy = re.sub(r'applies = ".*"', f'applies = "{asked}"', copy)
        copy = re.sub(r"sells = .*", f"sells = {_CLASSES[number % len(_CLASSES)]}", copy)
        if not is_open and number % _TIERED == 0:
            copy = copy.replace("marketing = true", 'marketing = true\ntiers = ["private"]', 1)
        actions.append(copy)
        rates += [_rate(new, channel) for channel in re.findall(r'\nchannel = "(\w+)"', text)]
    return {"actions-bench.toml": "\n".join(actions), "arbitration-bench.toml": "\n".join(rates)}


def _block(files: Mapping[str, str], action: str) -> str:
    """The rows of one action, with its treatments."""
    for text in files.values():
        for block in text.split("[[action]]\n")[1:]:
            if block.startswith(f'id = "{action}"\n'):
                return "[[action]]\n" + block
    raise ValueError(f"no action '{action}' is shipped any more; change the bench with it")


def _rate(action: str, channel: str) -> str:
    return (
        f'[[base_rate]]\naction = "{action}"\nchannel = "{channel}"\np = "10%"\n'
        'as_of = 2026-01-01\nversion = 1\nvalid_from = 2026-01-01\nowner = "bench"\n'
        'source = "made up"\n'
    )


def _product(offer: Offer) -> Product:
    """An offer of the invented market as a product of the reference."""
    its = offer.facts
    return Product(
        product=its.product,
        version=1,
        issuer=its.issuer,
        regime="CSRC" if its.kind in {"FUND", "INDEX", "SINGLE"} else "NFRA",
        kind=its.kind.value,
        issuer_level=its.level,
        seller_level=its.level,
        days_to_cash=its.days_to_cash,
        fee_bp=its.fee_bp,
        look_through_bp=its.look_through,
        idiosyncratic_bp=its.idiosyncratic_bp,
        idle=its.idle,
        name_zh=its.product,
        name_en=its.product,
        term_days=offer.lot.days_to_maturity,
        minimum_fen=offer.minimum_fen,
        step_fen=offer.step_fen,
        entry_bp=offer.entry_bp,
    )


def _mean_over_the_mix(folder: Path, sizes: Sizes) -> float:
    """Milliseconds of a whole step that decides, under the shipped policy, over a recorded life."""
    log = FileLog.of(recorded(folder, clients=sizes.clients, days=sizes.days))
    fold = PlainFold(ClientFold(), ReferenceLog(log))
    took = []
    for partition in range(log.partitions(CLIENT_EVENTS)):
        for record in records_of(log, CLIENT_EVENTS, partition):
            began = time.thread_time_ns()
            outputs = fold.step(record)
            for output in outputs:
                codec.encode(output.event)
            passed = time.thread_time_ns() - began
            if any(isinstance(output.event, DecisionMade) for output in outputs):
                took.append(passed / 1e6)
    return fmean(took)
