"""`suishen why-not`: every stage asked about one action for one client at one moment.

Exit codes: 0 told, 1 the client is not known, 2 bad input, 70 machinery.
"""

from collections.abc import Iterator
from typing import Any, Final

import click

from channels.telling import ClientToken, in_language, tell
from channels.why.asked_told import Asker, Question
from channels.why.listed import others
from channels.why.logs import log_options, open_log
from channels.why.then_told import Then, decided_then, document, told
from channels.why.voices import Voices
from channels.workbench.wording import LANGUAGES, Words
from journeys.client import why
from journeys.client.state import Allowed
from journeys.decide import contact_policy
from journeys.decide.explain import Answer, Examination
from schemas.decisions import Candidate
from schemas.reference import Stop
from schemas.time import Instant, format_instant, parse_instant
from streams.past import Past, Standing

_NOTHING: Final = 1
_SAID: Final = {
    "last": (
        "注：未指定 --at：按该客户最后一次事件的时刻判断，停联与目录以日志末尾为准",
        "Note: no --at: judged at the client's last event, under what is in force at the log's end",
    ),
    "closed": (
        "注：此刻不在联系时段内；要看时段内的答案，请加 --at {at}",
        "Note: that is outside contact hours; to ask within them: --at {at}",
    ),
    "ahead": (
        "注：日志止于 {ends}：以下假定此后再无其他事情发生",
        "Note: the log ends at {ends}: this assumes that nothing else happens until then",
    ),
}
"""Notes by name: Chinese, English."""


@click.command("why-not")
@click.argument("client", type=ClientToken())
@click.argument("action")
@log_options
@click.option("--at", metavar="TIME", help="RFC 3339; after the client's last event unless given.")
@click.option("--inbound", is_flag=True, help="As if the client had come to us.")
@in_language
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def why_not(**chosen: Any) -> int:  # noqa: ANN401 - click's options
    """Every stage asked about an ACTION for a CLIENT at a time; nothing is written.

    ACTION: id or name, as 'suishen explain' prints it.

    Judged under the catalogue and the stops in force at that time, or at the log's end.
    """
    client, action, at = chosen["client"], chosen["action"], _moment(chosen["at"])
    with open_log(chosen["events"], chosen["data"], chosen["bootstrap"]) as asked:
        past = asked.past
        standing = past.standing(client, upto=at)
        if standing is None:
            return _unknown(client, at, asked.source)
        when = standing.state.contact_clock if at is None else at
        trigger = "inbound" if chosen["inbound"] else "asked"
        found = why.why_not(standing.state, standing.reference, action, at=when, trigger=trigger)
        action = found.fate.action
        served = standing.state.served
        edition = standing.reference.catalogue_for(client, served.outlet).at(when)
        stops = _stopped_since(past, standing, found)
        engine = "" if asked.is_recording else asked.source
        question = Question(client, action, when, edition, stops, standing.state.tasks, engine)
        then = None if at is None else decided_then(standing.decisions, action, at)
        ends = past.ends(client)
    if chosen["as_json"]:
        tell(_document(question, found, then), as_json=True)
        return 0
    lang = chosen["lang"]
    words = Words(lang, edition, standing.reference.product)
    asker = Asker(words, Voices(lang, edition, standing.reference))
    if then is not None:
        click.echo(told(then, when, words))
    for line in asker.examination(question, found):
        click.echo(line)
    notes = _notes(question, standing, is_default=at is None, ends=ends, words=words)
    for note, values in notes:
        click.echo(_SAID[note][LANGUAGES.index(lang)].format(**values))
    return 0


def _notes(
    asked: Question,
    standing: Standing,
    *,
    is_default: bool,
    ends: Instant,
    words: Words,
) -> Iterator[tuple[str, dict[str, str]]]:
    """What a reader must know beside the answer, lest it be misread."""
    if is_default:
        yield "last", {}
    elif asked.at > ends:
        yield "ahead", {"ends": words.time(ends, with_year=True)}
    hours = contact_policy.window(standing.state, asked.edition.contact)
    if asked.edition.actions[asked.action].marketing and not contact_policy.is_open(
        hours, asked.at
    ):
        opens = contact_policy.opens_at(hours, asked.at)
        yield "closed", {"at": words.instant(opens)}


def _stopped_since(
    past: Past, standing: Standing, found: Examination
) -> tuple[tuple[Stop, Instant | None], ...]:
    offset = standing.reference.offset
    stops = (one.stop for one in found.answers if one.stop is not None)
    return tuple((stop, past.stopped_since(stop, offset=offset)) for stop in stops)


def _unknown(client: str, at: Instant | None, source: str) -> int:
    said = f"no such client '{client}' on this log; {others(source)}"
    if at is not None:
        said = f"nothing is known of '{client}' by then, on this log; a later --at may find more"
    click.echo(said, err=True)
    return _NOTHING


def _document(asked: Question, found: Examination, then: Then | None) -> dict[str, Any]:
    fate: Candidate = found.fate
    said = {"client": asked.client, "action": asked.action, "at": format_instant(asked.at)}
    return said | {
        "stages": [_answered(answer, asked) for answer in found.answers],
        "fate": fate.model_dump(mode="json", exclude_none=True),
        "decided_then": document(then),
    }


def _answered(answer: Answer, asked: Question) -> dict[str, Any]:
    said: dict[str, Any] = {"stage": str(answer.stage), "passes": answer.no is None}
    if answer.treatment is not None:
        said["treatment"] = answer.treatment.id
    if answer.row is not None:
        said["row"] = answer.row
    if answer.ruling is not None:
        said |= {"version": answer.ruling.version, "steps": list(answer.ruling.steps)}
    if answer.condition is not None:
        said |= {"condition": answer.condition, "read": dict(answer.read)}
    if answer.parts is not None:
        said["parts"] = answer.parts.model_dump(mode="json")
    if answer.stop is not None:
        since = asked.since(answer.stop)
        told = {"since": None if since is None else format_instant(since)}
        said["stop"] = answer.stop.model_dump(mode="json") | told
    return said | _contact(answer) | _refusal(answer)


def _contact(answer: Answer) -> dict[str, Any]:
    """What stands behind consent, caps and hours."""
    said: dict[str, Any] = {}
    if answer.allowed is not None:
        said["allowed"] = _allowed(answer.allowed)
    if answer.slots:
        said["slots"] = [
            {"cap": str(one.cap), "limit": one.limit, "made": len(one.made), "held": len(one.held)}
            for one in answer.slots
        ]
    if answer.hours is not None:
        said["hours"] = answer.hours.model_dump(mode="json")
    return said


def _allowed(allowed: Allowed) -> dict[str, Any]:
    """Both consents, since when (`null`: never said), and by which ways; none named is any."""
    times = {"marketing_at": allowed.marketing_at, "profiling_at": allowed.profiling_at}
    return {
        "marketing": allowed.marketing,
        "profiling": allowed.profiling,
        **{name: format_instant(at) if at else None for name, at in times.items()},
        "methods": list(allowed.methods),
    }


def _refusal(answer: Answer) -> dict[str, Any]:
    no = answer.no
    if no is None:
        return {}
    until = None if no.until is None else format_instant(no.until)
    told = {"reason": str(no.reason), "rule": no.rule, "value": no.value, "limit": no.limit}
    return {name: value for name, value in (told | {"until": until}).items() if value is not None}


def _moment(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise ValueError(f"--at: {error}") from None
