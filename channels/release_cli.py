"""`suishen catalogue release`: policy and products into force, in every partition by one marker.

Exit codes: 0 released, 2 bad input, 70 machinery; the same command again finishes what was begun.
"""

import json
import os
from pathlib import Path

import click
from pydantic import ValidationError

from schemas.reference import CatalogueFiles, Product
from schemas.wire import Wire
from streams.errors import WorkerStopError
from streams.settings import read_settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("release")
@click.argument("folder", type=_FOLDER, required=False)
@click.option("--products", type=_FILE, help="A product in each line, as JSON.")
@click.option("--bootstrap", metavar="HOST:PORT", help="Instead of SUISHEN_KAFKA_BOOTSTRAP.")
@click.option("--signed", is_flag=True, help="Refuse rules that nobody has signed.")
@click.option("--over", is_flag=True, help="Even over a release that was cut short.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def release(
    folder: Path | None,
    products: Path | None,
    bootstrap: str | None,
    *,
    signed: bool,
    over: bool,
    as_json: bool,
) -> int:
    """Check and release a FOLDER of TOML files, and products.

    Without FOLDER the shipped catalogue goes out, unless products are given and a catalogue stands.
    """
    from streams.clock import WallClock
    from streams.kafka.alone import alone
    from streams.kafka.publisher import KafkaPublisher
    from streams.kafka.reader import KafkaReader
    from streams.kafka.states import clients_of
    from streams.releasing import CutShortError, Releasing

    broker = bootstrap or read_settings(os.environ).kafka_bootstrap
    if broker is None:
        raise WorkerStopError("no broker; set SUISHEN_KAFKA_BOOTSTRAP or give --bootstrap")
    wares = [] if products is None else read_products(products)
    reader, publisher = KafkaReader(broker), KafkaPublisher(broker)
    try:
        with alone(broker, "release", waiting=_tell_wait) as still_alone:
            releasing = Releasing(
                reader, publisher.write, still_alone, states=lambda: clients_of(reader)
            )
            stands = folder is None and wares and releasing.has_catalogue()
            policy = [] if stands else _read(folder, signed=signed)
            done = releasing.release([*policy, *wares], now=WallClock().now(), over=over)
    except CutShortError as error:
        raise click.ClickException(str(error)) from error
    finally:
        reader.close()
        publisher.close()
    if as_json:
        click.echo(json.dumps(done._asdict()))
    else:
        click.echo(
            f"{done.versions} versions written; reference offset {done.offset} is in force from "
            f"{done.markers} markers on"
        )
    return 0


def read_products(path: Path) -> list[Product]:
    """The products of a file of JSON lines.

    Raises:
        ValueError: a line is no product; the message names the line and what is wrong.
    """
    found = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                found.append(Product.model_validate_json(line))
            except ValidationError as error:
                fault = error.errors(include_url=False, include_input=False)[0]
                where = "/".join(map(str, fault["loc"])) or "the line"
                raise ValueError(f"{path.name}:{number}: {where}: {fault['msg']}") from None
    return found


def _read(folder: Path | None, *, signed: bool) -> list[Wire]:
    from streams.catalogue_files import SHIPPED, read_catalogue, read_files, version_of

    files = read_files(folder or SHIPPED)
    if signed:
        read_catalogue(folder or SHIPPED, signed=True)
    return [CatalogueFiles(version=version_of(files), files=files)]


def _tell_wait() -> None:
    click.echo("another release is at work; waiting for its end", err=True)
