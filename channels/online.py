"""What an operator asks of a cluster: the same as of a folder, see `channels.offline`."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

from sqlalchemy import Engine

from channels.ingress import again
from channels.offline import summary
from channels.stopping import Board, Standing
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.edition import Edition
from schemas.dead_letter import DeadLetter
from schemas.reference import Stops
from streams import dead_letters
from streams.clock import WallClock
from streams.kafka.alone import alone
from streams.kafka.progress import Groups, KafkaProgress
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.kafka.states import clients_of
from streams.ports import Outgoing
from streams.readmodel.database import address, open_database
from streams.readmodel.queries import Views
from streams.readmodel.stops import StopSwitch
from streams.reference import ReferenceLog
from streams.releasing import Releasing
from streams.settings import read_settings
from streams.topics import REFERENCE

_ANSWER_S: Final = 5.0
"""An operator in need does not wait longer for a cluster that may be away."""


@contextmanager
def open_views(bootstrap: str) -> Iterator[Views]:
    """The read model of the settings' database; its projector keeps it up to date."""
    engine = open_database(address(read_settings(os.environ)))
    with closing(Groups(bootstrap)) as groups:
        try:
            yield Views(engine, KafkaProgress(groups))
        finally:
            engine.dispose()


def catalogue(bootstrap: str) -> Catalogue:
    """The newest catalogue released to a cluster."""
    with closing(KafkaReader(bootstrap, answer_s=_ANSWER_S)) as reader:
        return ReferenceLog(reader).at(reader.end(REFERENCE, 0)).catalogue


@contextmanager
def open_tables(_bootstrap: str) -> Iterator[Engine]:
    """The settings' database, with its tables."""
    engine = open_database(address(read_settings(os.environ)))
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_board(bootstrap: str) -> Iterator[Board]:
    """The stop switch of the settings' database; a cluster that is away shows when it is asked."""
    engine = open_database(address(read_settings(os.environ)))
    try:
        yield Board(
            StopSwitch(engine),
            lambda stops: release_stops(bootstrap, stops),
            lambda: _edition(bootstrap),
        )
    finally:
        engine.dispose()


@contextmanager
def open_standing(bootstrap: str) -> Iterator[Standing]:
    """The reference in force in a cluster, and every client's last stored state."""
    with closing(KafkaReader(bootstrap)) as reader:
        reference = ReferenceLog(reader).at(reader.end(REFERENCE, 0))
        yield Standing(reference, lambda: clients_of(reader))


def release_stops(bootstrap: str, stops: Stops) -> None:
    """Tell the workers of a cluster what is stopped."""
    with (
        closing(KafkaReader(bootstrap, answer_s=_ANSWER_S)) as reader,
        closing(KafkaPublisher(bootstrap, answer_s=_ANSWER_S)) as publisher,
        alone(bootstrap, "release", patience_s=_ANSWER_S, waiting=lambda: None) as still_alone,
    ):
        Releasing(reader, publisher.write, still_alone).release([stops], now=WallClock().now())


def _edition(bootstrap: str) -> Edition:
    return catalogue(bootstrap).at(WallClock().now())


def letters(bootstrap: str) -> list[dict[str, Any]]:
    """Every dead letter without its bytes."""
    with closing(KafkaReader(bootstrap)) as reader:
        return [summary(letter) for letter in dead_letters.read_all(reader)]


def letter(bootstrap: str, name: str) -> dict[str, Any]:
    """One dead letter whole; its bytes in base64.

    Raises:
        ValueError: there is none by that name.
    """
    return _find(bootstrap, name).model_dump(mode="json")


def requeue(bootstrap: str, name: str) -> str:
    """Write its bytes to their log again; where they stand now.

    Raises:
        ValueError: a door had refused it, and still does.
    """
    channels = read_settings(os.environ).channels
    now = WallClock().now()
    return _write(bootstrap, [again.requeue(_find(bootstrap, name), channels, now=now)])


def waive(bootstrap: str, name: str, reason: str) -> str:
    """Close its hole without the event; where the waiver stands."""
    found = _find(bootstrap, name)
    messages = dead_letters.waive(found, reason=reason, now=WallClock().now())
    if not messages:
        raise ValueError(f"'{name}' has no key, so it left no hole to close")
    return _write(bootstrap, messages)


def _write(bootstrap: str, messages: Sequence[Outgoing]) -> str:
    with closing(KafkaPublisher(bootstrap)) as publisher:
        (place,) = publisher.write(messages)
    return f"{messages[0].topic}/{place.partition}/{place.offset}"


def _find(bootstrap: str, name: str) -> DeadLetter:
    with closing(KafkaReader(bootstrap)) as reader:
        found = dead_letters.find(reader, name)
    if found is None:
        raise ValueError(f"no dead letter '{name}'; 'suishen dead-letters list' names them")
    return found
