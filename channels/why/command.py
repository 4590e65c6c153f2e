"""`suishen explain` and `recompute`: why a client was contacted.

Exit codes: 0 told or identical, 1 not found or different, 2 bad input, 70 machinery.
"""

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from itertools import takewhile
from typing import Any, Final

import click
from pydantic_core import from_json, to_json

from channels import recorded
from channels.telling import ClientToken, in_language, tell
from channels.why.account import Told
from channels.why.listed import account_of, clients_of, decisions_of, edition_of
from channels.why.logs import Asked, log_options, open_log, opener
from channels.why.retaken import recomputed
from journeys.client import why
from journeys.client.stored.codec import decode
from journeys.decide import contact_policy
from journeys.decide.contact_policy import Slots
from schemas.decisions import Decision
from schemas.facts import ContactCounted
from schemas.tasks import Task
from schemas.time import Instant, format_instant
from streams import recording
from streams.errors import WorkerStopError
from streams.past import Taken

_NOTHING: Final = 1
_RETRY: Final = "retry"
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_client = click.option(
    "--client", metavar="TOKEN", type=ClientToken(), help="Whose it is: spares a search of all."
)


@click.command()
@click.argument("decision_id", metavar="[DECISION]", required=False)
@log_options
@_client
@click.option("--all", "everything", is_flag=True, help="Each action that does not apply as well.")
@in_language
@_json
def explain(**chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Read a decision out: for whom, why, by which rules, and what was not chosen.

    Without DECISION, the decisions of --client are listed, one a line, with what became of each;
    without --client too, the clients of a recording or a folder.
    """
    decision_id, client = chosen["decision_id"], chosen["client"]
    if decision_id is None and client is None and chosen["bootstrap"] is not None:
        raise ValueError("of a cluster name a DECISION, or --client ct_… to list a client's")
    with open_log(chosen["events"], chosen["data"], chosen["bootstrap"]) as asked:
        if decision_id is None:
            told_as = {"lang": chosen["lang"], "as_json": chosen["as_json"]}
            if client is None:
                return clients_of(asked, **told_as)
            return decisions_of(asked, client, **told_as)
        taken = _find(asked, decision_id, client)
        if taken is None:
            return _not_found(decision_id, asked)
        fact = taken.event
        if chosen["as_json"]:
            became = {"tasks": [_version(one) for one in _tasks(asked, taken)]}
            tell({"client": fact.partitionkey} | _document(fact.data) | became, as_json=True)
            return 0
        told = _told(asked, taken)
        account = account_of(asked, fact.data, chosen["lang"])
        click.echo("\n".join(account.lines(told, everything=chosen["everything"])))
    return 0


def _told(asked: Asked, taken: Taken) -> Told:
    """A decision with what the log tells beside it."""
    past, fact = asked.past, taken.event
    return Told(
        fact,
        past.event_type(taken),
        _grounds(asked, fact.data),
        _tasks(asked, taken),
        _counted(asked, taken),
        _slots(asked, taken),
        taken.intents,
        _waited(asked, taken),
    )


def _waited(asked: Asked, taken: Taken) -> Decision | None:
    """A retry falls due when the last decision before it waited until, to the very instant."""
    at = taken.event.data.decided_at
    if taken.event.data.trigger != _RETRY:
        return None
    earlier = takewhile(lambda one: one.value != taken.value, _of_client(asked, taken))
    made = [one.event.data for one in earlier]
    return next((one for one in reversed(made) if _waits(one, at)), None)


def _waits(made: Decision, until: Instant) -> bool:
    return any(one.until == until for one in made.candidates)


def _of_client(asked: Asked, taken: Taken) -> Iterable[Taken]:
    past, client = asked.past, taken.event.partitionkey
    return past.decisions(client) if asked.is_recording else past.written_of(client)


def _tasks(asked: Asked, taken: Taken) -> tuple[Task, ...]:
    """Every version of the tasks that it issued."""
    if not taken.event.data.task_ids:
        return ()
    return asked.past.tasks(taken, is_written=not asked.is_recording)


def _counted(asked: Asked, taken: Taken) -> tuple[ContactCounted, ...]:
    """Every move of their contact slots."""
    if not taken.event.data.task_ids:
        return ()
    return asked.past.slots(taken, is_written=not asked.is_recording)


def _version(task: Task) -> dict[str, Any]:
    """What changes from one version of a task to the next."""
    names = {"task_id", "version", "state", "state_reason", "outcome", "desk", "attempts"}
    said = task.model_dump(mode="json", include=names, exclude_none=True)
    return said | {"at": format_instant(task.changed_at)}


def _slots(asked: Asked, taken: Taken) -> Mapping[str, Slots]:
    """Of what fell by a cap; where no state was kept, by the one that the events lead to."""
    made = taken.event.data
    if not any(one.reason in contact_policy.CAPS for one in made.candidates):
        return {}
    try:
        state = asked.past.after(taken) if made.state is None else decode(b64decode(made.state))
    except WorkerStopError:  # the events are no longer all there: the sum of the record is told
        return {}
    reference = asked.past.references.at(made.versions.reference_offset)
    return why.slots(state, made, edition_of(reference, made))


def _grounds(asked: Asked, taken: Decision) -> tuple[why.Ground, ...]:
    """Of a decision that kept its state: one that issued a task."""
    if taken.state is None:
        return ()
    reference = asked.past.references.at(taken.versions.reference_offset)
    return why.grounds(b64decode(taken.state), taken, reference)


@click.command()
@click.argument("decision_id", metavar="DECISION")
@log_options
@_client
@click.option(
    "--facts-sha256",
    metavar="HASH",
    help="Of the whole log, as 'demo --headless' and 'verify' print it; exit 1 if it differs.",
)
@in_language
@_json
def recompute(
    decision_id: str,
    client: str | None,
    facts_sha256: str | None,
    lang: str,
    *,
    as_json: bool,
    **log: Any,  # noqa: ANN401
) -> int:
    """Take a decision again from the stored log, with the versions recorded; compare the bytes.

    Of a recording, which holds no decisions, all clients' log is compared with the client's alone.
    That proves only that this file gives the decision: a changed file passes too. --facts-sha256
    holds the file against the hash that the bank kept: of every fact and task of the whole log,
    with their places. The hash that replay prints is another, of what two catalogues conclude.
    """
    kept = None if facts_sha256 is None else _hash(facts_sha256)
    with open_log(**log) as asked:
        first = _find(asked, decision_id, client)
        if first is None:
            return _not_found(decision_id, asked)
        second = asked.past.again(decision_id, client=first.event.partitionkey)
        found = _compared(first, second) | _retaken(asked, first.event.data)
        if kept is not None:
            found |= _against(kept, log)
        if as_json:
            tell({"decision_id": decision_id} | found, as_json=True)
        else:
            made, count = first.event.data, asked.past.events_upto(first)
            said = recomputed(found, made, count, lang, is_written=not asked.is_recording)
            click.echo("\n".join(said))
    is_kept = found.get("log_identical", True)
    is_same = found["identical"] and found["from_state"] in {None, True}
    return 0 if is_same and is_kept else _NOTHING


def _hash(text: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", text.lower()):
        raise ValueError(f"--facts-sha256: '{text}' is no such hash: 64 hex digits")
    return text.lower()


def _against(kept: str, log: Mapping[str, Any]) -> dict[str, Any]:
    """The whole log's hash beside the one that was kept."""
    if log["events"] is not None:
        mine = recorded.facts_sha256(log["events"])
    else:
        with closing(opener(**log)()) as reader:
            mine = recording.facts_sha256(reader)
    return {"log_identical": mine == kept, "log_facts_sha256": mine}


def _find(asked: Asked, decision_id: str, client: str | None) -> Taken | None:
    if asked.is_recording:
        return asked.past.again(decision_id, client=client)
    return asked.past.written(decision_id)


def _compared(first: Taken, second: Taken | None) -> dict[str, Any]:
    """The bytes, with the hash of each: what comes out now, and what it stands against."""
    hashes = {
        "facts_sha256": None if second is None else sha256(second.value).hexdigest(),
        "against_sha256": sha256(first.value).hexdigest(),
    }
    if second is None:
        found = {"identical": False, "differs_at": "the log does not lead to it again"}
    elif second.value == first.value:
        found = {"identical": True, "differs_at": None}
    else:
        at = _first_difference(from_json(first.value), from_json(second.value))
        found = {"identical": False, "differs_at": at}
    return found | hashes


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


def _document(taken: Decision) -> dict[str, Any]:
    return taken.model_dump(mode="json", exclude_none=True, exclude={"state"})


def _not_found(decision_id: str, asked: Asked) -> int:
    click.echo(
        f"no decision '{decision_id}' on this log; its page and its task name it, and "
        f"suishen explain{asked.source} --client ct_… lists a client's",
        err=True,
    )
    return _NOTHING
