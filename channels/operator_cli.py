"""`suishen event`, `case` and `dead-letters`: over a folder's engine, or a cluster's logs.

Exit codes: 0 fine, 1 nothing found, 2 bad input, 70 machinery.
"""

from pathlib import Path
from typing import Any, Final

import click

from channels.telling import in_language, source, tell
from schemas.time import Instant, format_instant

_NOTHING: Final = 1
in_folder = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Folder of an embedded engine.",
)
in_recording = click.option(
    "--events",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A recording instead, written with --record.",
)
over_cluster = click.option(
    "--bootstrap", metavar="HOST:PORT", help="A cluster instead of a folder."
)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def asked(data: Path, bootstrap: str | None) -> tuple[Any, Any]:
    """Who answers, and what to ask them about: a folder, or a cluster."""
    if bootstrap is None:
        from channels import offline

        return offline, data
    from channels import online

    return online, bootstrap


def _asked_of(
    events: Path | None, event_id: str, data: Path, bootstrap: str | None
) -> tuple[Any, Any]:
    """The same for one event, which a recording may hold as well."""
    if events is None:
        return asked(data, bootstrap)
    if bootstrap is not None:
        raise ValueError("--events and --bootstrap name two logs; give one")
    from channels import recorded

    return recorded, recorded.Asked(events, event_id)


@click.command("event")
@click.argument("event_id")
@click.option("--source", help="The event's source, if two share the id.")
@in_recording
@in_folder
@over_cluster
@in_language
@_json
def event(**chosen: Any) -> int:  # noqa: ANN401 - click's options
    """What became of an event; with --bootstrap as SUISHEN_DATABASE has it."""
    data, bootstrap, name = chosen["data"], chosen["bootstrap"], chosen["event_id"]
    side, place = _asked_of(chosen["events"], name, data, bootstrap)
    with side.open_views(place) as views:
        story = views.story(name, chosen["source"])
        effects = {} if story is None else views.effects(story)
    if story is None:
        where = (chosen["events"] or data) if bootstrap is None else "the read model"
        click.echo(f"no event '{name}' in {where} yet; check the id, or ask again", err=True)
        return _NOTHING
    if chosen["as_json"]:
        tell(story, as_json=True)
        return 0
    from channels.event_told import lines
    from channels.workbench.wording import Words

    words = Words(chosen["lang"], side.catalogue(place).editions[-1])
    click.echo("\n".join(lines(story, effects, words, source(chosen["events"], data, bootstrap))))
    return 0


@click.command("case")
@click.argument("name", metavar="CLIENT|CASE")
@in_folder
@over_cluster
@_json
def case(name: str, data: Path, bootstrap: str | None, *, as_json: bool) -> int:
    """A case, or the cases of a client, with all that was said and done."""
    side, place = asked(data, bootstrap)
    with side.open_views(place) as views:
        one = views.case(name) if name.startswith("k_") else None
        found = views.cases(name) if one is None else [one]
    if not found:
        click.echo(f"no case of '{name}'; a client's page lists theirs, or ask again", err=True)
        return _NOTHING
    tell({"cases": [_told(each) for each in found]}, as_json=as_json)
    return 0


def _told(case: dict[str, Any]) -> dict[str, Any]:
    """A case without what only a database needs, its lines in order of time."""
    lines = [
        {"at": format_instant(Instant(line["at"])), "kind": line["kind"], "word": line["word"]}
        | {"said": line["doc"]}
        for line in case["lines"]
    ]
    shown = {name: case[name] for name in ("case_id", "client", "case_type", "life", "owner")}
    return shown | {"stands": case["doc"], "first_contact": case["first_contact"], "lines": lines}


@click.group("dead-letters")
def dead_letters() -> None:
    """Records that could not be applied: list, show, requeue, waive."""


@dead_letters.command("list")
@in_folder
@over_cluster
@_json
def list_letters(data: Path, bootstrap: str | None, *, as_json: bool) -> int:
    """Every dead letter by its place, code and family."""
    side, place = asked(data, bootstrap)
    tell({"dead_letters": side.letters(place)}, as_json=as_json)
    return 0


@dead_letters.command("show")
@click.argument("name")
@in_folder
@over_cluster
@_json
def show_letter(name: str, data: Path, bootstrap: str | None, *, as_json: bool) -> int:
    """One dead letter, NAME being topic/partition/offset; its bytes in base64."""
    side, place = asked(data, bootstrap)
    tell(side.letter(place, name), as_json=as_json)
    return 0


@dead_letters.command("requeue")
@click.argument("name")
@in_folder
@over_cluster
def requeue_letter(name: str, data: Path, bootstrap: str | None) -> int:
    """Send a dead letter's bytes through its log once more; the event keeps its time."""
    side, place = asked(data, bootstrap)
    click.echo(f"requeued as {side.requeue(place, name)}")
    return 0


@dead_letters.command("waive")
@click.argument("name")
@click.option("--reason", required=True, help="One word: why it will never be requeued.")
@in_folder
@over_cluster
def waive_letter(name: str, reason: str, data: Path, bootstrap: str | None) -> int:
    """Close the hole that a dead letter left, without its event."""
    side, place = asked(data, bootstrap)
    click.echo(f"waived as {side.waive(place, name, reason)}")
    return 0
