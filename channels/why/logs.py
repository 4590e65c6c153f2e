"""Which log is asked: a recording, an embedded engine's folder, or a cluster."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from channels.offline import ENGINE, no_engine
from channels.telling import source
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.kafka.reader import KafkaReader
from streams.past import Past

F = TypeVar("F", bound=Callable[..., Any])


class Asked(NamedTuple):
    """A log, and whether it holds conclusions beside events."""

    past: Past
    is_recording: bool
    source: str = ""
    """The option that named it, for commands to paste."""


def log_options(command: F) -> F:
    """The options that name a log; `open_log` takes their values."""
    for option in (
        click.option("--bootstrap", metavar="HOST:PORT", help="A cluster instead of a folder."),
        click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("var"),
            show_default=True,
            help="Folder of an embedded engine.",
        ),
        click.option(
            "--events",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A recording instead, written with --record.",
        ),
    ):
        command = option(command)
    return command


Opened = FileLog | FileReader | KafkaReader


def opener(events: Path | None, data: Path, bootstrap: str | None) -> Callable[[], Opened]:
    """What opens the log that the options name, as often as it is asked.

    Raises:
        ValueError: two are named, the file is no recording, or the folder has no engine.
    """
    if events is not None and bootstrap is not None:
        raise ValueError("--events and --bootstrap name two logs; give one")
    if events is not None:
        return FileLog.of(events).again
    if bootstrap is not None:
        return partial(KafkaReader, bootstrap)
    if not (data / ENGINE).exists():
        raise no_engine(data, instead="name its folder with --data, or a recording with --events")
    return partial(FileReader, data / ENGINE)


@contextmanager
def open_log(events: Path | None, data: Path, bootstrap: str | None) -> Iterator[Asked]:
    """Open the log that the options name; raises what `opener` does."""
    with closing(opener(events, data, bootstrap)()) as reader:
        yield Asked(
            Past(reader), is_recording=events is not None, source=source(events, data, bootstrap)
        )
