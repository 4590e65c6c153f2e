"""The wealth room alone: an event, a fresh score, a book's size, advice, a batch of diagnoses.

Times are of the processor, not of the wall: neighbours on a shared machine do not count.
"""

import time
from collections.abc import Callable
from random import Random
from statistics import median, quantiles
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from channels.bench.market import clients, market
from journeys.client.wealth.book import Book, book_of, revalue_lot
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held, prescribe
from journeys.client.wealth.score import score
from journeys.decide.matching.advice import advise
from journeys.decide.matching.shelf import shelf_of
from journeys.decide.matching.terms import Adviser
from streams.catalogue_files import read_catalogue

PRODUCTS: Final = 5_000
_CLIENTS: Final = 200
_CEILINGS: Final = {
    "event_p50_us": 40.0,
    "event_p99_us": 150.0,
    "fresh_us": 120.0,
    "book_bytes_15": 1_000,
    "advice_ms_5000": 20.0,
}
_FLOOR_BATCH: Final = 100_000 / 60
_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")


def wealth(*, events: int, batch: int) -> dict[str, Any]:
    """All figures; `passes` if every one is within its limit.

    Args:
        events: changes of one position, each scored.
        batch: clients diagnosed with their remedies.
    """
    policy = read_catalogue().editions[-1]
    offers = market(PRODUCTS, seed=1)
    adviser = Adviser(shelf_of(offers), policy.wealth, policy.suitability)
    people = clients(_CLIENTS, offers, seed=2)
    found = _events(people, adviser, events) | _fresh(people, adviser)
    found |= {
        "book_bytes_15": max(len(_ENCODER.encode(_book(held, adviser))) for held, _ in people)
    }
    found |= {"advice_ms_5000": _advice(people, adviser)}
    found |= {"batch_clients_per_second": _batch(people, adviser, batch)}
    within = all(found[name] <= most for name, most in _CEILINGS.items())
    return found | {"passes": within and found["batch_clients_per_second"] >= _FLOOR_BATCH}


def _book(held: Held, adviser: Adviser) -> Book:
    return book_of(held, adviser.parameters)


def _events(people: list[tuple[Held, Profile]], adviser: Adviser, count: int) -> dict[str, float]:
    """One position gets another value, and the client is scored: what the fold does each time."""
    draw = Random(3)  # noqa: S311 - seeded, nothing secret
    books = [_book(held, adviser) for held, _ in people]
    took = []
    for number in range(count):
        at = number % len(people)
        held, household = people[at]
        place = draw.randrange(len(held))
        lot, facts = held[place]
        new = replace(lot, value_fen=draw.randint(1, 40_000_000))
        began = time.thread_time_ns()
        books[at] = revalue_lot(books[at], lot, facts, adviser.parameters, value_fen=new.value_fen)
        score(books[at], household, adviser.parameters)
        took.append(time.thread_time_ns() - began)
        people[at] = [*held[:place], (new, facts), *held[place + 1 :]], household
    cuts = quantiles(took, n=100)
    return {"event_p50_us": round(cuts[49] / 1e3, 1), "event_p99_us": round(cuts[98] / 1e3, 1)}


def _fresh(people: list[tuple[Held, Profile]], adviser: Adviser) -> dict[str, float]:
    def fresh(held: Held, household: Profile) -> None:
        score(_book(held, adviser), household, adviser.parameters)

    return {"fresh_us": round(_median_ns(people, fresh) / 1e3, 1)}


def _advice(people: list[tuple[Held, Profile]], adviser: Adviser) -> float:
    def advice(held: Held, household: Profile) -> None:
        advise(held, household, adviser)

    return round(_median_ns(people, advice) / 1e6, 2)


def _median_ns(people: list[tuple[Held, Profile]], work: Callable[[Held, Profile], None]) -> float:
    took = []
    for held, household in people:
        began = time.thread_time_ns()
        work(held, household)
        took.append(time.thread_time_ns() - began)
    return median(took)


def _batch(people: list[tuple[Held, Profile]], adviser: Adviser, count: int) -> int:
    began = time.thread_time_ns()
    for number in range(count):
        held, household = people[number % len(people)]
        prescribe(held, household, adviser.parameters)
    return round(count / ((time.thread_time_ns() - began) / 1e9))
