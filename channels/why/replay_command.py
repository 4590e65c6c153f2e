"""`suishen replay`: a real log under a new catalogue, and what would change.

Exit codes: 0 nothing changes, 1 something does, 2 bad input, 70 machinery.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import click

from channels.telling import in_language, tell
from channels.why.logs import log_options, opener
from channels.why.replay_told import ReplayTeller
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.difference import Difference, differences, shown
from journeys.reference import Reference
from journeys.replay import report
from schemas.time import parse_instant
from streams.catalogue_files import read_catalogue, read_files
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.replaying import Question, replay
from streams.topics import CLIENT_EVENTS, REFERENCE

_CHANGED: Final = 1
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("replay")
@log_options
@click.option("--catalogue", type=_FOLDER, required=True, help="The new policy files.")
@click.option("--against", type=_FOLDER, help="The old ones; what the log ran under, if not given.")
@click.option("--as-of", metavar="TIME", help="Read the new files as they stand then, throughout.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep finished partitions here: a run cut short goes on.",
)
@in_language
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay_log(**chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Fold a log under the catalogue in --catalogue and under the old, and tell what would change.

    The shipped catalogue is copied to a folder, to be changed there, with 'suishen catalogue copy'.

    Exit 0: nothing changes; 1: something does; 2: bad input; 70: machinery.
    """
    new = _pinned(read_catalogue(chosen["catalogue"]), chosen["as_of"])
    old = None if chosen["against"] is None else read_catalogue(chosen["against"])
    opened = opener(chosen["events"], chosen["data"], chosen["bootstrap"])
    question = Question(old, new, _fingerprint(opened(), old, new, chosen["as_of"]))
    found = replay(
        opened, question, processes=chosen["processes"], kept=chosen["keep"], told=_progress
    )
    hashes = {"facts_sha256": found.new_sha256, "against_sha256": found.old_sha256}
    ran = _ran_under(opened())
    versions = {
        "catalogue": new.version,
        "against": None if old is None else old.version,
        "ran_under": ran.catalogue.version,
    }
    changed = _rules_changed(chosen["catalogue"], chosen["against"], opened())
    told = (
        versions | {"rules_changed": [shown(one) for one in changed]} | hashes | report(found.tally)
    )
    if chosen["as_json"]:
        tell(told, as_json=True)
    else:
        sides = (new.editions[-1], (old or ran.catalogue).editions[-1])
        teller = ReplayTeller(chosen["lang"], *sides)
        click.echo("\n".join(teller.lines(told, versions=ran.changes, changes=changed)))
    return 0 if found.new_sha256 == found.old_sha256 else _CHANGED


def _rules_changed(new: Path, old: Path | None, log: LogReader) -> list[Difference]:
    """What the new files say otherwise than the old."""
    newest = ReferenceLog(log).newest() if old is None else None
    before = read_files(old) if old is not None else {} if newest is None else newest.files
    return list(differences(before, read_files(new)))


def _ran_under(log: LogReader) -> Reference:
    """What was in force at the log's end."""
    return ReferenceLog(log).at(log.end(REFERENCE, 0))


def _pinned(catalogue: Catalogue, as_of: str | None) -> Catalogue:
    """One edition throughout: rows of next month are tried on the log of last month."""
    if as_of is None:
        return catalogue
    try:
        return catalogue.pinned(parse_instant(as_of))
    except ValueError as error:
        raise ValueError(f"--as-of: {error}") from None


def _fingerprint(log: LogReader, old: Catalogue | None, new: Catalogue, as_of: str | None) -> str:
    """Of where the log ends and begins, and of both catalogues."""
    ends = []
    for partition in range(log.partitions(CLIENT_EVENTS)):
        first = list(log.read(CLIENT_EVENTS, partition, 0, 20))
        last = list(log.read(CLIENT_EVENTS, partition, log.end(CLIENT_EVENTS, partition) - 1, 1))
        ends.append([log.end(CLIENT_EVENTS, partition), *(one.value for one in first + last)])
    named = [None if old is None else old.version, new.version, as_of, ends]
    return sha256(repr(named).encode()).hexdigest()


def _progress(done: int, of: int) -> None:
    click.echo(f"partitions folded: {done} of {of}", err=True)
