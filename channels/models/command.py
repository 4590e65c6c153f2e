"""`suishen models`: the chance of a goal, learned from a log and released as data.

Exit codes: 0 fine, 1 nothing good enough or nothing there, 2 bad input, 70 machinery.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import click
from pydantic import ValidationError

from channels.models.fitting import fit_log, report
from channels.operator_cli import asked, in_folder, over_cluster
from channels.telling import tell
from channels.why.logs import log_options, opener
from journeys.condition import near
from journeys.learning.model import digest, is_better
from journeys.reference import Reference
from schemas import codec
from schemas.reference import Model, ModelReleased
from schemas.time import format_instant
from streams import recording
from streams.ports import LogReader
from streams.reference import ReferenceLog
from streams.topics import REFERENCE

_NOTHING: Final = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group("models")
def models() -> None:
    """Propensity: the chance that an action reaches its goal, learned from outcomes."""


@models.command("fit")
@log_options
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write those that may be released here, a line each.",
)
@_json
def fit(
    events: Path | None, data: Path, bootstrap: str | None, *, out: Path | None, as_json: bool
) -> int:
    """Learn from a log, in order of time, and tell how well each model would have done."""
    with closing(opener(events, data, bootstrap)()) as reader:
        found = fit_log(reader, is_recording=events is not None)
    if out is not None:
        lines = [model.model_dump_json(exclude_none=True) + "\n" for model in found.models]
        out.write_text("".join(lines), encoding="utf-8")
    counts = {
        "labels": len(found.joined.labels),
        "positives": sum(one.label for one in found.joined.labels),
        "open": found.joined.open,
        "missing": found.joined.missing,
    }
    rows = [report(one, found.policy) for one in found.fitted]
    if as_json:
        tell(counts | {"models": rows, "may_be_released": len(found.models)}, as_json=True)
    else:
        tell(counts, as_json=False)
        for row in rows:
            if row["enough"]:
                click.echo(_line(row))
        few, least = sum(not row["enough"] for row in rows), found.policy.rules.least_labels
        click.echo(f"{few} models have fewer than {least} outcomes (--json tells them)")
        click.echo(f"{len(found.models)} of {len(rows)} models may be released")
    return 0 if found.models else _NOTHING


def _line(row: dict[str, Any]) -> str:
    auc = "-" if row["auc"] is None else f"{row['auc']:.3f}"
    return (
        f"{row['model']}: n {row['n']}, positives {row['positives']}, "
        f"log loss {row['log_loss']:.4f} (average {row['average_log_loss']:.4f}, "
        f"skill {row['skill']:+.1%}), AUC in blocks {auc}, ECE {row['ece']:.4f}: {row['verdict']}"
    )


@models.command("release")
@click.argument("file", type=_FILE)
@in_folder
@over_cluster
@_json
def release(file: Path, data: Path, bootstrap: str | None, *, as_json: bool) -> int:
    """Bring the models of FILE into force, all or none, from the next marker on.

    What stands already is not released twice.
    """
    found = read_models(file)
    with closing(opener(None, data, bootstrap)()) as reader:
        reference, standing = _reference(reader), list(released(reader))
        missing = [model for model in found if model not in standing]
        for model in missing:
            _check(model, reference)
        ReferenceLog(reader).check(missing)
    side, place = asked(data, bootstrap)
    if missing or bootstrap is not None:
        # A release over a cluster that was cut short is finished by the same again.
        side.release(place, missing if bootstrap is None else found)
    names = {model.model: model.sequence for model in missing}
    tell({"released": len(missing), "models": names}, as_json=as_json)
    return 0


def read_models(path: Path) -> list[Model]:
    """The models of a file that `fit` wrote.

    Raises:
        ValueError: a line is no model, or there is none; the message names line and field.
    """
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            found.append(Model.model_validate_json(line))
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            where = "/".join(map(str, fault["loc"])) or "the line"
            raise ValueError(f"{path.name}:{number}: {where}: {fault['msg']}") from None
    if not found:
        raise ValueError(f"{path.name}: no model in it; 'suishen models fit --out' writes them")
    return found


def _check(model: Model, reference: Reference) -> None:
    """Refuse what is no better than its average, and what counts bins of another catalogue."""
    said, title = model.quality, f"model '{model.model}' sequence {model.sequence}"
    if not is_better(said):
        raise ValueError(
            f"{title}: its log loss {said.log_loss:.4f} is not below its moving average's "
            f"{said.average_log_loss:.4f}: the base rate serves better; leave it out"
        )
    stamps = {edition.propensity.stamp for edition in reference.catalogue.editions}
    if model.stamp not in stamps:
        raise ValueError(
            f"{title}: it counts bins that this catalogue does not cut; fit it again under this one"
        )


@models.command("list")
@in_folder
@over_cluster
@_json
def list_models(data: Path, bootstrap: str | None, *, as_json: bool) -> int:
    """The newest of every model, with its figures; those withdrawn last."""
    with closing(opener(None, data, bootstrap)()) as reader:
        newest = {model.model: model for model in released(reader)}
    rows = [
        {
            "model": name,
            "sequence": model.sequence,
            "in_force": not model.withdrawn,
            "labels": model.labels,
            "positives": model.positives,
            "learned_until": format_instant(model.learned_until),
            **model.quality.model_dump(exclude={"positives"}),
        }
        for name, model in sorted(newest.items(), key=lambda each: (each[1].withdrawn, each[0]))
    ]
    if as_json:
        tell({"models": rows}, as_json=True)
        return 0
    for row in rows:
        stands = "in force" if row["in_force"] else "withdrawn"
        click.echo(
            f"{row['model']} {row['sequence']}: {stands}, {row['labels']} outcomes until "
            f"{row['learned_until']}, log loss {row['log_loss']:.4f} "
            f"(average {row['average_log_loss']:.4f})"
        )
    if not rows:
        click.echo("no model was ever released: every chance is its dated base rate")
    return 0


@models.command("withdraw")
@click.argument("name", metavar="MODEL")
@in_folder
@over_cluster
def withdraw(name: str, data: Path, bootstrap: str | None) -> int:
    """Ask a model no more: its action has the dated base rate again, from the next marker on."""
    with closing(opener(None, data, bootstrap)()) as reader:
        newest = {model.model: model for model in released(reader)}
    if name not in newest:
        raise ValueError(f"no model '{name}'{near(name, newest)}; 'suishen models list' names them")
    last = newest[name]
    if last.withdrawn:
        click.echo(
            f"nothing to withdraw: {name} was withdrawn before, as sequence {last.sequence}; its "
            "action has its dated base rate; to bring one back, fit it again and release it"
        )
        return _NOTHING
    out = last.model_copy(update={"sequence": last.sequence + 1, "withdrawn": True})
    side, place = asked(data, bootstrap)
    side.release(place, [out.model_copy(update={"sha256": digest(out)})])
    click.echo(f"{name} is withdrawn as sequence {out.sequence}")
    return 0


def released(reader: LogReader) -> Iterator[Model]:
    """Every model on a reference log, in order."""
    for record in recording.records_of(reader, REFERENCE, 0):
        event = codec.decode(record.value, codec.REFERENCE)
        if isinstance(event, ModelReleased):
            yield event.data


def _reference(reader: LogReader) -> Reference:
    return ReferenceLog(reader).at(reader.end(REFERENCE, 0))
