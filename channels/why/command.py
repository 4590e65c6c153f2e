"""`suishen explain` and `recompute`: why a client was contacted.

Exit codes: 0 told or identical, 1 not found or different, 2 bad input, 70 machinery.
"""

from base64 import b64decode
from typing import Any, Final

import click
from pydantic_core import from_json, to_json

from channels.telling import tell
from channels.why.logs import Asked, log_options, open_log
from channels.why.told import Teller
from channels.why.voices import Voices
from channels.workbench.wording import LANGUAGES, Words
from journeys.catalogue.edition import Edition
from journeys.client import why
from journeys.reference import Reference
from schemas.decisions import Decision
from streams.past import Taken

_NOTHING: Final = 1
_lang = click.option("--lang", type=click.Choice(LANGUAGES), default="zh", show_default=True)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_client = click.option("--client", metavar="TOKEN", help="Whose it is: spares a search of all.")


@click.command()
@click.argument("decision_id", metavar="DECISION")
@log_options
@_client
@_lang
@_json
def explain(decision_id: str, client: str | None, lang: str, *, as_json: bool, **log: Any) -> int:  # noqa: ANN401 - the log's options
    """Read a decision out: what was chosen, what was withheld by which rule, and on what ground."""
    with open_log(**log) as asked:
        taken = _find(asked, decision_id, client)
        if taken is None:
            return _not_found(decision_id)
        event = taken.event
        if as_json:
            tell({"client": event.partitionkey} | _document(event.data), as_json=True)
            return 0
        reference = asked.past.references.at(event.data.versions.reference_offset)
        edition = _edition(reference, event.data)
        teller = Teller(Words(lang, edition), Voices(lang, edition, reference))
        for line in teller.decision(event.partitionkey, event.data):
            click.echo(line)
    return 0


@click.command()
@click.argument("decision_id", metavar="DECISION")
@log_options
@_client
@_json
def recompute(decision_id: str, client: str | None, *, as_json: bool, **log: Any) -> int:  # noqa: ANN401 - the log's options
    """Take a decision again from the stored log, with the versions recorded; compare the bytes.

    Of a recording, which holds no decisions, all clients' log is compared with the client's alone.
    """
    with open_log(**log) as asked:
        first = _find(asked, decision_id, client)
        if first is None:
            return _not_found(decision_id)
        second = asked.past.again(decision_id, client=first.event.partitionkey)
        found = _compared(first, second) | _retaken(asked, first.event.data)
    tell({"decision_id": decision_id} | found, as_json=as_json)
    return 0 if found["identical"] and found["from_state"] in {None, True} else _NOTHING


def _find(asked: Asked, decision_id: str, client: str | None) -> Taken | None:
    if asked.is_recording:
        return asked.past.again(decision_id, client=client)
    return asked.past.written(decision_id)


def _compared(first: Taken, second: Taken | None) -> dict[str, Any]:
    if second is None:
        return {"identical": False, "differs_at": "the log does not lead to it again"}
    if second.value == first.value:
        return {"identical": True, "differs_at": None}
    return {
        "identical": False,
        "differs_at": _first_difference(from_json(first.value), from_json(second.value)),
    }


def _first_difference(one: Any, other: Any, where: str = "") -> str:  # noqa: ANN401 - JSON
    """A JSON pointer to the first value that differs."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys([*one, *other]):
            if one.get(name) != other.get(name):
                return _first_difference(one.get(name), other.get(name), f"{where}/{name}")
    if isinstance(one, list) and isinstance(other, list):
        for place, (left, right) in enumerate(zip(one, other, strict=False)):
            if left != right:
                return _first_difference(left, right, f"{where}/{place}")
    return where or "/"


def _retaken(asked: Asked, taken: Decision) -> dict[str, Any]:
    """Decided anew from the state kept with it, where one is kept."""
    if taken.state is None:
        return {"from_state": None}
    reference = asked.past.references.at(taken.versions.reference_offset)
    anew = why.retake(b64decode(taken.state), taken, reference)
    return {"from_state": to_json(anew) == to_json(taken.candidates)}


def _edition(reference: Reference, taken: Decision) -> Edition:
    """The policy that a decision was taken under: of a stage, not everybody's."""
    catalogue = reference.known.get(taken.versions.catalogue, reference.catalogue)
    return catalogue.at(taken.decided_at)


def _document(taken: Decision) -> dict[str, Any]:
    return taken.model_dump(mode="json", exclude_none=True, exclude={"state"})


def _not_found(decision_id: str) -> int:
    click.echo(f"no decision '{decision_id}' on this log; its page and its task name it", err=True)
    return _NOTHING
