"""What an operator asks of a folder: stories and dead letters, with the engine running or not."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from channels.ingress import again
from channels.stopping import Board, Standing
from journeys.catalogue.catalogue import Catalogue
from schemas.dead_letter import DeadLetter
from schemas.reference import Stops
from schemas.time import Instant
from schemas.wire import Wire
from streams import dead_letters
from streams.clock import WallClock
from streams.embedded.file import EngineFile, FileReader, clients_of
from streams.feed import ReaderFeed
from streams.ports import Outgoing
from streams.readmodel.database import VIEWS, open_database
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.readmodel.stops import StopSwitch
from streams.reference import ReferenceLog, markers, releases
from streams.settings import read_settings
from streams.topics import REFERENCE

ENGINE = "engine.db"


@contextmanager
def open_views(folder: Path) -> Iterator[Views]:
    """The read model of a folder, brought up to date first.

    Raises:
        ValueError: there is no engine file.
    """
    reader = _reader(folder)
    engine = open_database(f"sqlite:///{folder / VIEWS}")
    Projector(engine, ReaderFeed(reader)).catch_up()
    try:
        yield Views(engine, reader)
    finally:
        engine.dispose()
        reader.close()


def catalogue(folder: Path) -> Catalogue:
    """The newest catalogue released to a folder's engine.

    Raises:
        ValueError: there is no engine file.
    """
    reader = _reader(folder)
    try:
        return ReferenceLog(reader).at(reader.end(REFERENCE, 0)).catalogue
    finally:
        reader.close()


@contextmanager
def open_tables(folder: Path) -> Iterator[Engine]:
    """The database beside a folder's engine, with its tables.

    Raises:
        ValueError: there is no engine file.
    """
    _reader(folder).close()
    engine = open_database(f"sqlite:///{folder / VIEWS}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_board(folder: Path) -> Iterator[Board]:
    """The stop switch of a folder.

    Raises:
        ValueError: there is no engine file.
    """
    reader = _reader(folder)
    engine = open_database(f"sqlite:///{folder / VIEWS}")
    try:
        yield Board(
            StopSwitch(engine),
            lambda stops: release_stops(folder, stops),
            lambda: ReferenceLog(reader).at(reader.end(REFERENCE, 0)).catalogue.at(_now()),
        )
    finally:
        engine.dispose()
        reader.close()


@contextmanager
def open_standing(folder: Path) -> Iterator[Standing]:
    """The reference in force in a folder, and every client's last stored state.

    Raises:
        ValueError: there is no engine file.
    """
    reader = _reader(folder)
    try:
        reference = ReferenceLog(reader).at(reader.end(REFERENCE, 0))
        yield Standing(reference, lambda: clients_of(reader))
    finally:
        reader.close()


def release_stops(folder: Path, stops: Stops) -> None:
    """Tell the engine of a folder what is stopped, whether it runs or not."""
    release(folder, [stops])


def release(folder: Path, payloads: Sequence[Wire]) -> None:
    """Bring versions into force: onto the reference log, then a marker to every partition."""
    file = EngineFile(folder / ENGINE, epoch="", partitions=0)
    now = _now()
    file.begin()
    file.append(releases(payloads, now=now), now=now)
    file.append(markers(file, offset=file.end(REFERENCE, 0), now=now), now=now)
    file.commit()
    file.close()


def letters(folder: Path) -> list[dict[str, Any]]:
    """Every dead letter without its bytes."""
    reader = _reader(folder)
    found = [summary(letter) for letter in dead_letters.read_all(reader)]
    reader.close()
    return found


def letter(folder: Path, name: str) -> dict[str, Any]:
    """One dead letter whole; its bytes in base64.

    Raises:
        ValueError: there is none by that name.
    """
    return _find(folder, name).model_dump(mode="json")


def requeue(folder: Path, name: str) -> str:
    """Append its bytes to their log again; where they stand now.

    Raises:
        ValueError: a door had refused it, and still does.
    """
    channels = read_settings(os.environ).channels
    return _append(folder, [again.requeue(_find(folder, name), channels, now=_now())])


def waive(folder: Path, name: str, reason: str) -> str:
    """Close its hole without the event; where the waiver stands."""
    found = _find(folder, name)
    messages = dead_letters.waive(found, reason=reason, now=_now())
    if not messages:
        raise ValueError(f"'{name}' has no key, so it left no hole to close")
    return _append(folder, messages)


def _append(folder: Path, messages: Sequence[Outgoing]) -> str:
    file = EngineFile(folder / ENGINE, epoch="", partitions=0)
    file.begin()
    ((partition, offset),) = file.append(messages, now=_now())
    file.commit()
    file.close()
    return f"{messages[0].topic}/{partition}/{offset}"


def _find(folder: Path, name: str) -> DeadLetter:
    reader = _reader(folder)
    found = dead_letters.find(reader, name)
    reader.close()
    if found is None:
        raise ValueError(f"no dead letter '{name}'; 'suishen dead-letters list' names them")
    return found


def summary(letter: DeadLetter) -> dict[str, Any]:
    """A line of a list."""
    return {
        "name": dead_letters.name_of(letter),
        "code": letter.code,
        "error": letter.error,
        "family": letter.family,
        "event_id": letter.event_id,
        "faults": [fault.pointer for fault in letter.faults],
    }


def _reader(folder: Path) -> FileReader:
    path = folder / ENGINE
    if not path.exists():
        raise no_engine(folder)
    return FileReader(path)


def no_engine(folder: Path, *, instead: str = "name its folder with --data") -> ValueError:
    """That a folder is not an engine's; a catalogue's is taken for one now and then."""
    if any(folder.glob("*.toml")):
        return ValueError(f"no engine in '{folder}': that is a catalogue; {instead}")
    return ValueError(f"no engine in '{folder}'; {instead}")


def _now() -> Instant:
    return WallClock().now()
