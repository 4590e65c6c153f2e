"""The gateway's HTTP surface. 202 is said only after the log has the event."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, Protocol

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic_core import from_json, to_json
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from channels.gateway.counting import DoorWatch
from channels.gateway.door import ACCEPTED, Accepted, accept
from channels.gateway.problems import STATUS, body, problem, refused
from channels.gateway.showing import showing
from channels.gateway.turns import Answer
from schemas import codec
from schemas.envelope import MAX_EVENT_BYTES
from schemas.errors import Code, ContractError, Fault
from schemas.orders import Order
from schemas.reference import Stop
from schemas.time import format_instant
from schemas.turns import Turn
from streams.errors import TransientError
from streams.ports import Clock, Publisher

MAX_ORDER_BYTES = 64 * 1024
MAX_BATCH_EVENTS = 500
MAX_BATCH_BYTES = 2 * 1024 * 1024
MAX_BYTES_IN_FLIGHT = 32 * 1024 * 1024
RETRY_AFTER_S = 1
_JSON = ("application/cloudevents+json", "application/json")
_BATCH = ("application/cloudevents-batch+json", "application/json")


class OrderJudge(Protocol):
    """Who judges orders."""

    def check(self, order: Order) -> Mapping[str, Any]:
        """The verdict as JSON data; `TransientError` where it cannot be judged now."""
        ...


class TurnTaker(Protocol):
    """Who takes turns of the AI channel."""

    async def take(self, turn: Turn) -> Answer:
        """Put it on the log and answer; `TransientError` where the log is away."""
        ...


UNWATCHED: Final = DoorWatch()
_Take = Callable[[Request, bytes], Awaitable[Response]]


Durability = Literal["replicated", "local"]
"""All replicas in step, or the one disk of an embedded engine."""


class Views(Protocol):
    """What the read model knows."""

    def story(self, event_id: str, source: str | None) -> Mapping[str, Any] | None:
        """What became of an event as JSON data, or `None` while nothing is known of it."""
        ...

    def task(self, task_id: str) -> Mapping[str, Any] | None:
        """A task as it stands, or `None` while nothing is known of it."""
        ...

    def stop_for(self, task: Mapping[str, Any]) -> Stop | None:
        """What an operator has stopped that holds this task back."""
        ...


def create_app(  # noqa: PLR0913 - a part each, named
    publisher: Publisher,
    clock: Clock,
    views: Views | None = None,
    watch: DoorWatch = UNWATCHED,
    *,
    durability: Durability = "replicated",
    orders: OrderJudge | None = None,
    turns: TurnTaker | None = None,
) -> FastAPI:
    """The gateway over a publisher. It has no login: bind it to loopback only.

    Args:
        publisher: to the log.
        clock: stamps `receivedat`.
        views: what became of an event, and of tasks, if it can be told.
        watch: is told of every request.
        durability: what an acknowledged event has reached; receipts say so.
        orders: judges orders; without, none is allowed.
        turns: takes turns of the AI channel; without, it takes none.
    """
    app = FastAPI(title="suishen gateway", version="1", docs_url=None, redoc_url=None)
    gateway = _Gateway(publisher, clock, watch, durability)
    app.post("/v1/events")(gateway.one)
    app.post("/v1/events:batch")(gateway.batch)
    app.get("/v1/limits")(_limits)
    app.get("/v1/types")(_types)
    app.get("/v1/now")(lambda: {"now": format_instant(clock.now())})
    app.get("/livez")(_alive)

    @app.get("/v1/events/{event_id}", response_model=None)
    def story(event_id: str, source: str | None = None) -> Response:
        found = None if views is None else views.story(event_id, source)
        if found is None:
            return problem("event-unknown", status=404, event_id=event_id)
        return JSONResponse(dict(found))

    @app.get("/v1/tasks/{task_id}", response_model=None)
    def task(task_id: str) -> Response:
        found = None if views is None else views.task(task_id)
        if views is None or found is None:
            return problem("task-unknown", status=404)
        return JSONResponse(showing(found, views.stop_for(found), now=clock.now()))

    @app.post("/v1/orders:check", response_model=None)
    async def order(request: Request) -> Response:
        raw = await _body(request, MAX_ORDER_BYTES)
        if raw is None:
            return problem("too-large", status=413)
        # Tables and rows block: off the loop that takes events.
        return await run_in_threadpool(_judged, orders, raw)

    @app.post("/v1/ai/turns", response_model=None)
    async def turn(request: Request) -> Response:
        raw = await _body(request, MAX_EVENT_BYTES)
        return problem("too-large", status=413) if raw is None else await _turned(turns, raw)

    return app


async def _turned(turns: TurnTaker | None, raw: bytes) -> Response:
    """Take a turn; one whose effect is not known in time is 202, with where to look it up."""
    try:
        asked = codec.question(Turn, raw)
        if turns is not None:
            answer = await turns.take(asked)
            look = {} if answer.is_whole else {"Location": f"/v1/events/{asked.turn_id}"}
            status = 200 if answer.is_whole else 202
            return JSONResponse(answer.body, status_code=status, headers=look)
    except ContractError as error:
        return refused(error)
    except (TransientError, SQLAlchemyError):
        pass
    return problem("log-unavailable", status=503, retry_after_s=RETRY_AFTER_S)


def _judged(orders: OrderJudge | None, raw: bytes) -> Response:
    """Judge an order; whatever is away, no answer is not a yes."""
    try:
        asked = codec.question(Order, raw)
    except ContractError as error:
        return refused(error)
    try:
        if orders is not None:
            return JSONResponse(dict(orders.check(asked)))
    except (TransientError, SQLAlchemyError):
        pass
    return problem("order-unjudged", status=503, retry_after_s=RETRY_AFTER_S)


class _Gateway:
    def __init__(
        self, publisher: Publisher, clock: Clock, watch: DoorWatch, durability: Durability
    ) -> None:
        self._publisher, self._durability = publisher, durability
        self._clock = clock
        self._watch = watch
        self._in_flight = 0

    async def one(self, request: Request) -> Response:
        """Take one event: structured, or binary with `ce-` headers."""
        fits = "ce-type" in request.headers or _media(request) in _JSON
        limit = MAX_EVENT_BYTES if fits else None
        return await self._answered(request, limit, self._take_one)

    async def batch(self, request: Request) -> Response:
        """Take up to 500 events: 202, or 207 with an answer for each."""
        limit = MAX_BATCH_BYTES if _media(request) in _BATCH else None
        return await self._answered(request, limit, self._take_batch)

    async def _answered(self, request: Request, limit: int | None, take: _Take) -> Response:
        """Answer, and tell of it."""
        began = time.perf_counter()
        answer = await self._guarded(request, limit, take)
        self._watch.answered(answer.status_code, time.perf_counter() - began)
        return answer

    async def _guarded(self, request: Request, limit: int | None, take: _Take) -> Response:
        """Bound the size of one body and of all bodies under way; no limit, no right media type."""
        if limit is None:
            return self._refused("wrong-media-type", status=415)
        raw = await _body(request, limit)
        if raw is None:
            return self._refused("too-large", status=413)
        if self._in_flight + len(raw) > MAX_BYTES_IN_FLIGHT:
            return self._refused("rate-limited", status=429, retry_after_s=RETRY_AFTER_S)
        self._in_flight += len(raw)
        try:
            return await take(request, raw)
        finally:
            self._in_flight -= len(raw)

    async def _take_one(self, request: Request, raw: bytes) -> Response:
        try:
            taken = accept(_structured(request, raw), now=self._clock.now())
            _check_idempotency(request, taken)
        except ContractError as error:
            self._watch.rejected(error.code)
            return refused(error, event_id=codec.name_of(raw)[0])
        try:
            await self._publisher.publish([taken.message])
        except TransientError:
            return problem(
                "log-unavailable", status=503, event_id=taken.event.id, retry_after_s=RETRY_AFTER_S
            )
        self._watch.received(taken.event)
        return JSONResponse(_receipt(taken, self._durability), status_code=202)

    async def _take_batch(self, _request: Request, raw: bytes) -> Response:
        try:
            documents = from_json(raw, allow_inf_nan=False)
        except ValueError:
            return self._refused("malformed-json", status=400)
        if not isinstance(documents, list) or len(documents) > MAX_BATCH_EVENTS:
            fault = Fault("", f"an array of at most {MAX_BATCH_EVENTS} events")
            return refused(ContractError(Code.CONTRACT_VIOLATION, fault))
        judged = [self._judge(document) for document in documents]
        taken = [one for one in judged if isinstance(one, Accepted)]
        for one in judged:
            if isinstance(one, ContractError):
                self._watch.rejected(one.code)
        try:
            await self._publisher.publish([one.message for one in taken])
        except TransientError:
            headers = {"Retry-After": str(RETRY_AFTER_S)}
            return JSONResponse(_unwritten(judged), status_code=207, headers=headers)
        for one in taken:
            self._watch.received(one.event)
        results = [_result(one, self._durability) for one in judged]
        return JSONResponse(
            {"results": results}, status_code=202 if len(taken) == len(judged) else 207
        )

    def _refused(self, code: str, *, status: int, retry_after_s: int | None = None) -> Response:
        self._watch.rejected(code)
        return problem(code, status=status, retry_after_s=retry_after_s)

    def _judge(self, document: object) -> Accepted | ContractError:
        try:
            return accept(to_json(document), now=self._clock.now())
        except ContractError as error:
            return error


def _media(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip()


async def _body(request: Request, limit: int) -> bytes | None:
    """The body, or `None` as soon as it is longer than allowed."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _structured(request: Request, raw: bytes) -> bytes:
    """Binary mode carries the attributes in headers; the log has structured mode only."""
    names = {k[3:]: v for k, v in request.headers.items() if k.startswith("ce-")}
    if "type" not in names:
        return raw
    try:
        payload = from_json(raw, allow_inf_nan=False)
    except ValueError:
        raise ContractError(Code.MALFORMED_JSON, Fault("/data", "JSON in UTF-8")) from None
    return to_json({**names, "data": payload})


def _check_idempotency(request: Request, taken: Accepted) -> None:
    key = request.headers.get("idempotency-key")
    if key is not None and key != taken.event.id:
        raise ContractError(
            Code.CONTRACT_VIOLATION, Fault("/id", "the same as the Idempotency-Key header")
        )


def _receipt(taken: Accepted, durability: Durability) -> dict[str, object]:
    event = taken.event
    received = None if event.receivedat is None else format_instant(event.receivedat)
    return {
        "id": event.id,
        "source": event.source,
        "received_at": received,
        "durability": durability,
    }


def _result(judged: Accepted | ContractError, durability: Durability) -> dict[str, object]:
    if isinstance(judged, Accepted):
        return {"status": 202, **_receipt(judged, durability)}
    return body(judged.code, status=STATUS[judged.code], error=judged)


def _unwritten(judged: list[Accepted | ContractError]) -> dict[str, object]:
    """The log was away: the first event of each client says so, later ones are held behind it."""
    results, seen = [], set()
    for one in judged:
        if isinstance(one, ContractError):
            results.append(body(one.code, status=STATUS[one.code], error=one))
            continue
        key = one.event.partitionkey
        code, status = ("held", 424) if key in seen else ("log-unavailable", 503)
        seen.add(key)
        results.append({"id": one.event.id, **body(code, status=status)})
    return {"results": results}


def _limits() -> dict[str, int]:
    """Every limit as data."""
    return {
        "event_bytes": MAX_EVENT_BYTES,
        "batch_bytes": MAX_BATCH_BYTES,
        "order_bytes": MAX_ORDER_BYTES,
        "batch_events": MAX_BATCH_EVENTS,
        "bytes_in_flight": MAX_BYTES_IN_FLIGHT,
        "seconds_ahead": codec.MAX_AHEAD // 1_000_000,
    }


def _types() -> list[dict[str, str]]:
    """The event types that this door takes."""
    return [
        {"type": codec.wire_type(kind), "status": kind.status, "family": kind.family}
        for kind in ACCEPTED
    ]


def _alive() -> dict[str, str]:
    return {"status": "alive"}
