"""Sends a file of events to a gateway, in batches, and says what became of each."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
from pydantic_core import from_json

from journeys.identity import derive
from schemas.time import Instant, format_instant, parse_instant
from streams.errors import TransientError

SHOWN: Final = 20
"""So many refusals are told one by one; all are counted."""
_BATCH: Final = 200
_BATCH_BYTES: Final = 1 << 20
"""Half of what a gateway takes at once."""
_TRIES: Final = 6
PAUSE_S = 0.1
_HEADERS: Final = {"content-type": "application/cloudevents-batch+json"}
_PASSING: Final = frozenset({424, 429, 500, 502, 503, 504})


class Line(NamedTuple):
    """An event and where it stands in its file."""

    number: int
    event: Any


@dataclass(frozen=True, slots=True)
class Try:
    """Says an event of a file as if it happened now, to a client of the bank that listens."""

    now: Instant
    client: str | None = None
    """Instead of the one in the file."""

    def __call__(self, event: Any) -> Any:  # noqa: ANN401 - JSON, of whatever shape
        """The same event at this moment: another one, so its id is another."""
        if not isinstance(event, dict):
            return event
        told = event | {"time": format_instant(self.now)}
        if self.client is not None:
            told |= {"subject": self.client, "partitionkey": self.client}
        named = (str(event.get("id")), str(told.get("partitionkey")), str(self.now))
        return told | {"id": derive("try", *named)}


def now_of(gateway: str) -> Instant:
    """The bank's time, as a gateway tells it: a demonstration does not run on the wall's.

    Raises:
        TransientError: nobody answers there.
    """
    try:
        with httpx.Client(base_url=gateway, timeout=30) as client:
            return parse_instant(client.get("/v1/now").raise_for_status().json()["now"])
    except (httpx.HTTPError, ValueError, KeyError):
        raise TransientError(f"{gateway} does not tell its time; is a gateway up there?") from None


def publish_file(
    path: Path, gateway: str, told: Callable[[Any], Any] = lambda event: event
) -> dict[str, Any]:
    """Send every event of a JSON-lines file, in order, each as `told` says it.

    Returns:
        `sent`, `accepted`, `refused`, the refusals by code, and the first of them with line,
        pointer and hint; `ids`, the first that were accepted.

    Raises:
        ValueError: a line is not JSON; it names the line.
        TransientError: the gateway stays away or busy.
    """
    accepted, codes, refusals = 0, Counter[str](), list[dict[str, Any]]()
    ids = list[str]()
    with httpx.Client(base_url=gateway, timeout=30) as client:
        for lines in _batches(path):
            results = send(client, [told(line.event) for line in lines])
            for line, result in zip(lines, results, strict=True):
                if result["status"] == httpx.codes.ACCEPTED:
                    accepted += 1
                    ids.append(str(result.get("id", "")))
                    continue
                codes[result["code"]] += 1
                if len(refusals) < SHOWN:
                    refusals.append(_refusal(line, result))
    return {
        "sent": accepted + codes.total(),
        "accepted": accepted,
        "refused": codes.total(),
        "codes": dict(codes),
        "ids": ids[:SHOWN],
        "refusals": refusals,
    }


def described(path: Path, refusal: Mapping[str, Any]) -> str:
    """One refusal for people: where it stands, what is wrong, what is expected."""
    faults = [
        ", ".join(filter(None, [fault["pointer"], fault["expected"], fault["hint"]]))
        for fault in refusal["errors"]
    ]
    return f"{path.name}:{refusal['line']}: " + ": ".join([refusal["code"], "; ".join(faults)])


def send(client: httpx.Client, events: Sequence[Any]) -> list[dict[str, Any]]:
    """Send one batch; what the log could not take for now is sent again.

    Returns:
        The gateway's result for each event, in order.

    Raises:
        TransientError: still not after several tries.
    """
    results: dict[int, dict[str, Any]] = {}
    waiting = list(range(len(events)))
    for attempt in range(_TRIES):
        answers = _answers(client, [events[place] for place in waiting])
        settled = zip(waiting, answers, strict=True)
        results |= {place: one for place, one in settled if one["status"] not in _PASSING}
        waiting = [place for place in waiting if place not in results]
        if not waiting:
            return [results[place] for place in range(len(events))]
        time.sleep(PAUSE_S * 2**attempt)
    raise TransientError(f"the gateway does not take {len(waiting)} events; are engine and log up?")


_AWAY: Final = {"status": 503}


def _answers(client: httpx.Client, events: list[Any]) -> list[dict[str, Any]]:
    """A result for each event; a problem with the whole body is one with each."""
    try:
        answer = client.post("/v1/events:batch", json=events, headers=_HEADERS)
        found = answer.json()
    except (httpx.TransportError, ValueError):
        return [_AWAY] * len(events)
    if "results" in found:
        return list(found["results"])
    whole = found if "code" in found else _AWAY
    return [whole] * len(events)


def _refusal(line: Line, result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "line": line.number,
        "code": result["code"],
        "errors": result.get("errors") or [{"pointer": "", "expected": "", "hint": ""}],
    }


def _batches(path: Path) -> Iterator[list[Line]]:
    batch, size = list[Line](), 0
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                event = from_json(text, allow_inf_nan=False)
            except ValueError:
                raise ValueError(f"{path.name}:{number}: not JSON; one event a line") from None
            if batch and (len(batch) == _BATCH or size + len(text) > _BATCH_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(Line(number, event))
            size += len(text)
    if batch:
        yield batch
