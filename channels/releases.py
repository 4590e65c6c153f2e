"""Where a release goes: a folder's engine or a cluster, with the book of who signed it."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import click

from channels.offline import ENGINE, no_engine
from journeys.reference import Reference
from journeys.step import Place
from schemas.reference import CatalogueFiles
from streams.catalogue_files import SHIPPED, read_files, shipped, version_of
from streams.clock import WallClock
from streams.embedded.file import EngineFile, FileReader
from streams.embedded.file import clients_of as clients_of_file
from streams.gate import Signable
from streams.kafka.alone import alone
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.kafka.states import clients_of
from streams.ports import LogReader, Outgoing
from streams.readmodel.database import VIEWS, address, open_database
from streams.readmodel.signatures import Change, SignatureBook
from streams.reference import ReferenceLog
from streams.releasing import CutShortError, Releasing
from streams.settings import Settings, read_settings
from streams.topics import REFERENCE

HERE: Final = Path("var")
"""Where an embedded engine stands unless something else is named."""
at_folder = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    show_default=f"{HERE}, unless a cluster is named",
    help="Folder of an embedded engine.",
)
over_cut = click.option("--over", is_flag=True, help="Even over a release that was cut short.")
at_cluster = click.option(
    "--bootstrap", metavar="HOST:PORT", help="A cluster; SUISHEN_KAFKA_BOOTSTRAP unless given."
)


class Releases(NamedTuple):
    """One deployment's reference log, and how to release onto it."""

    reader: LogReader
    releasing: Releasing
    book: Callable[[], SignatureBook]
    """Opened only when somebody has to have signed."""

    def view(self) -> Reference:
        """Everything up to the log's end.

        Raises:
            WorkerStopError: nothing is released yet.
        """
        return ReferenceLog(self.reader).at(self.reader.end(REFERENCE, 0))

    def standing(self, version: str) -> Signable | None:
        """A catalogue of the log, with the signatures that it last had there."""
        return ReferenceLog(self.reader).standing(version)

    def in_force(self) -> Mapping[str, str]:
        """The texts of the catalogue in force; none before the first."""
        newest = ReferenceLog(self.reader).newest()
        return {} if newest is None else newest.files

    def change_to(self, files: Mapping[str, str]) -> Change:
        """What a signature over these files would be over now."""
        return Change.of(self.in_force(), files, ReferenceLog(self.reader).changes())

    def signed(self, folder: Path | None) -> Signable:
        """The catalogue of a folder with its signatures; without one, the shipped one.

        Raises:
            ValueError: two people have not signed it.
        """
        files, newest = read_files(folder or SHIPPED), ReferenceLog(self.reader).newest()
        if newest is not None and files == newest.files:
            return newest
        if folder is None and newest is None:
            return shipped()
        signed = self.book().signed(self.change_to(files))
        if signed is None:
            raise ValueError(
                f"catalogue '{version_of(files)}' is not signed by two people over what is in "
                "force now; 'suishen catalogue sign' by its author, then by somebody else"
            )
        return CatalogueFiles(version=version_of(files), files=files, signed=signed)


@contextmanager
def open_releases(data: Path | None, bootstrap: str | None) -> Iterator[Releases]:
    """A folder's log, or a cluster's; the folder here if neither is named.

    Raises:
        ValueError: there is no engine file.
        ClickException: another release was cut short.
    """
    settings = read_settings(os.environ)
    broker = bootstrap or settings.kafka_bootstrap
    with ExitStack() as stack:
        try:
            if data is None and broker is not None:
                yield _of_cluster(broker, settings, stack)
            else:
                yield _of_folder(data or HERE, stack)
        except CutShortError as error:
            raise click.ClickException(str(error)) from error


def _of_folder(folder: Path, stack: ExitStack) -> Releases:
    path = folder / ENGINE
    if not path.exists():
        raise no_engine(folder, instead="name a folder with --data, or a cluster with --bootstrap")
    reader = stack.enter_context(closing(FileReader(path)))

    def write(messages: Sequence[Outgoing]) -> list[Place]:
        file = EngineFile(path, epoch="", partitions=0)
        file.begin()
        places = file.append(messages, now=WallClock().now())
        file.commit()
        file.close()
        return [Place(*place) for place in places]

    releasing = Releasing(reader, write, states=lambda: clients_of_file(reader))
    return Releases(reader, releasing, lambda: _book(f"sqlite:///{folder / VIEWS}", stack))


def _of_cluster(broker: str, settings: Settings, stack: ExitStack) -> Releases:
    reader = stack.enter_context(closing(KafkaReader(broker)))
    publisher = stack.enter_context(closing(KafkaPublisher(broker)))
    still_alone = stack.enter_context(alone(broker, "release", waiting=_tell_wait))
    releasing = Releasing(reader, publisher.write, still_alone, states=lambda: clients_of(reader))
    return Releases(reader, releasing, lambda: _book(address(settings), stack))


def _book(url: str, stack: ExitStack) -> SignatureBook:
    engine = open_database(url)
    stack.callback(engine.dispose)
    return SignatureBook(engine)


def _tell_wait() -> None:
    click.echo("another release is at work; waiting for its end", err=True)
