"""A run's input as JSON lines: what another engine needs to live the same life.

A line is `{"topic", "key", "value", "headers", "partition"}`. `value` is the event, or
`{"raw": base64}` where the bytes are no event or would not come back the same; a key that is no
text has the same form.

Ticks, claims and markers are in it; before each marker stand the reference records it releases.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from schemas import codec
from schemas.errors import ContractError
from schemas.signals.engine import ReferenceAdvanced
from streams import dead_letters
from streams.ports import LogReader, Outgoing, Record
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DESK_EVENTS, DESK_FACTS, REFERENCE, TASKS

_READ_AT_ONCE = 1000
_TOPICS = frozenset({CLIENT_EVENTS, DESK_EVENTS, REFERENCE})
_CONCLUSIONS = (CLIENT_FACTS, DESK_FACTS, TASKS)
_MARKER = codec.wire_type(ReferenceAdvanced).encode()


def write(reader: LogReader, path: Path) -> int:
    """Write both event logs, each partition in order; how many lines."""
    lines, released = 0, 0
    with path.open("w", encoding="utf-8") as file:
        for topic in (CLIENT_EVENTS, DESK_EVENTS):
            for partition in range(reader.partitions(topic)):
                for record in records_of(reader, topic, partition):
                    upto = marker_offset(record)
                    fresh = () if upto is None else _references(reader, released, upto)
                    for line in (*fresh, record):
                        file.write(_to_line(line) + "\n")
                        lines += 1
                    released = max(released, upto or 0)
    return lines


def read(path: Path) -> Iterator[Outgoing]:
    """The records of a file, in order.

    Raises:
        ValueError: a line is no record; the message names it.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield parse(line)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"{path.name}:{number}: not a recorded event ({type(error).__name__}); "
                    "write the file with --record"
                ) from None


def parse(line: bytes) -> Outgoing:
    """The record of one line.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is none.
    """
    read = from_json(line)
    return _from_line(read, _as_written(line, read))


def records_of(reader: LogReader, topic: str, partition: int) -> Iterator[Record]:
    """Every record of a partition, in order."""
    offset = 0
    while records := reader.read(topic, partition, offset, _READ_AT_ONCE):
        yield from records
        offset = records[-1].offset + 1


def facts_sha256(reader: LogReader) -> str:
    """One hash over every fact and task, in order of log, partition and offset.

    The source offset of each and the ends of the event logs go in too: an event that was lost
    shows, even one from which nothing followed. The epoch does not, so that a log and its copy
    have the same hash.
    """
    digest = sha256()
    for topic in (CLIENT_EVENTS, DESK_EVENTS):
        ends = [reader.end(topic, partition) for partition in range(reader.partitions(topic))]
        digest.update(f"{topic} {ends}\n".encode())
    for topic in _CONCLUSIONS:
        for partition in range(reader.partitions(topic)):
            for record in records_of(reader, topic, partition):
                _, _, place = dict(record.headers).get("src", b"").partition(b":")
                digest.update(record.value + b" " + place + b"\n")
    return digest.hexdigest()


def _references(reader: LogReader, start: int, end: int) -> list[Record]:
    return list(reader.read(REFERENCE, 0, start, end - start)) if end > start else []


def marker_offset(record: Record | Outgoing) -> int | None:
    """The reference offset that a marker names; `None` for any other record."""
    if record.key is not None or _MARKER not in record.value:
        return None
    if dead_letters.is_refused(record.headers):
        return None
    try:
        event = codec.decode(record.value, (ReferenceAdvanced,))
    except ContractError:
        return None
    return event.data.offset if isinstance(event, ReferenceAdvanced) else None


def _to_line(record: Record) -> str:
    line: dict[str, Any] = {"topic": record.topic, "partition": record.partition}
    if record.key is not None:
        line["key"] = _key_to_json(record.key)
    line["value"] = _value_to_json(record.value)
    kept = {name: _b64(value) for name, value in record.headers if name in dead_letters.KEPT}
    if kept:
        line["headers"] = kept
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _key_to_json(key: bytes) -> str | dict[str, str]:
    """A text, or raw bytes where the key is none."""
    try:
        return key.decode()
    except UnicodeDecodeError:
        return {"raw": _b64(key)}


def _value_to_json(raw: bytes) -> dict[str, Any]:
    """The document, if reading and writing it gives the same bytes again; else the raw bytes."""
    hidden = {"raw": _b64(raw)}
    try:
        document = from_json(b'{"value":' + raw + b"}", allow_inf_nan=False)["value"]
    except (ValueError, KeyError):
        return hidden
    if not isinstance(document, dict) or set(document) == {"raw"}:
        return hidden
    return document if _value_from_json(document) == raw else hidden


_USUAL: Final = ["topic", "partition", "key", "value"]


def _as_written(line: bytes, read: dict[str, Any]) -> bytes | None:
    """The bytes of the value as `write` put them there; `None` of a line of any other form.

    They are those that reading and writing the document would give, at a part of the cost.
    """
    if list(read) != _USUAL:
        return None
    topic, partition, key = read["topic"], read["partition"], read["key"]
    before = f'{{"topic":"{topic}","partition":{partition},"key":"{key}","value":'.encode()
    after = line.rstrip()
    is_raw = "raw" in read["value"]
    return None if is_raw or not after.startswith(before) else after[len(before) : -1]


def _from_line(line: dict[str, Any], written: bytes | None) -> Outgoing:
    headers = tuple((name, b64decode(text)) for name, text in line.get("headers", {}).items())
    key = line.get("key")
    if line["topic"] not in _TOPICS:
        raise ValueError("no topic of a recording")
    return Outgoing(
        line["topic"],
        None if key is None else _key_from_json(key),
        _value_from_json(line["value"]) if written is None else written,
        headers,
        line.get("partition"),
    )


def _key_from_json(key: str | dict[str, str]) -> bytes:
    return key.encode() if isinstance(key, str) else b64decode(key["raw"])


def _value_from_json(value: dict[str, Any]) -> bytes:
    if set(value) == {"raw"}:
        return b64decode(value["raw"])
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _b64(raw: bytes) -> str:
    return b64encode(raw).decode()
