"""`suishen measures` and `suishen revenue`: the scoreboard on a terminal, and what finance tells.

Exit codes: 0 fine, 1 a figure that must be 0 is not, 2 bad input, 70 machinery.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import click

from channels.measuring.asking import question
from channels.measuring.rivals_told import documents, pair_lines, standing_lines
from channels.measuring.told import check_lines, document, lines
from channels.operator_cli import asked, in_folder, over_cluster
from channels.telling import in_language, table, tell
from channels.workbench.wording import Words
from schemas.time import Instant, parse_instant
from streams.clock import WallClock
from streams.readmodel import revenue as reported
from streams.readmodel.measuring.figure import Figure
from streams.readmodel.measuring.measures import Measured

_NOT_ZERO: Final = 1
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("measures")
@click.option("--period", help="A year, a half or a quarter: 2026q4. Default: the quarter of now.")
@click.option("--outlet", help="Clients of one outlet; default the whole bank.")
@click.option("--journey", help="Runs of one journey; default all.")
@click.option("--at", "moment", help="Measure as of then: 2026-11-24T10:00:00+08:00.")
@in_folder
@over_cluster
@in_language
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def measures(  # noqa: PLR0913 - click's options
    *,
    period: str | None,
    outlet: str | None,
    journey: str | None,
    moment: str | None,
    data: Path,
    bootstrap: str | None,
    lang: str,
    as_json: bool,
) -> int:
    """What the bank's work came to: each measure with its number, interval and control beside it.

    Exit 1 if any contact went beyond a cap.
    """
    side, place = asked(data, bootstrap)
    now = WallClock().now() if moment is None else parse_instant(moment)
    catalogue = side.catalogue(place)
    with side.open_views(place) as views:
        _check_outlet(outlet, views.outlets())
        wanted = question(catalogue, period, now=now, outlet=outlet, journey=journey)
        found: Measured = views.measures(wanted)
    if as_json:
        tell(document(found) | documents(found), as_json=True)
    else:
        for line in _page(found, Words(lang, wanted.edition)):
            click.echo(line)
    return _NOT_ZERO if any(_is_broken(each) for each in found.figures) else 0


def _is_broken(figure: Figure) -> bool:
    return figure.measure == "overshoot" and bool(figure.value)


def _check_outlet(outlet: str | None, known: Sequence[str]) -> None:
    if outlet is not None and outlet not in known:
        raise ValueError(
            f"no client is served by an outlet '{outlet}'; known are {', '.join(known)}"
        )


def _page(found: Measured, words: Words) -> Iterable[str]:
    span = (words.day(found.asked.starts), words.moment(found.asked.ends))
    where = found.asked.outlet or words.say("whole bank")
    yield words.say(
        "%(where)s, %(from)s to %(to)s, %(n)s clients",
        **{
            "where": where,
            "from": span[0],
            "to": span[1],
            "n": f"{found.clients:,}",
        },
    )
    yield ""
    told = list(lines(found, words))
    heads = [words.say(each) for each in _HEADS]
    rows = [
        [
            one.title,
            one.value,
            one.interval,
            one.treated,
            one.control,
            one.difference,
            one.difference_interval,
            f"{one.n:,}",
            one.remark,
        ]
        for one in told
    ]
    yield from table([heads, *rows])
    yield ""
    yield from {f"{one.measure}: {one.definition}": None for one in told}
    yield ""
    yield from _funnel(found, words)
    yield from _rivals(found, words)
    yield words.say("Withheld, by reason")
    yield from table(
        [
            [words.code("stage", each.stage), words.code("reason", each.reason), f"{each.many:,}"]
            for each in found.withheld
        ]
    )
    yield ""
    yield words.say("Integrity")
    yield from table(
        [
            [one.name, f"{one.found:,}", words.say("of %(n)s", n=f"{one.looked_at:,}"), one.where]
            for one in check_lines(found, words)
        ]
    )


def _funnel(found: Measured, words: Words) -> Iterable[str]:
    """What became of the runs of the journey that was asked for."""
    if found.funnel is not None:
        steps = (f"{step} {many:,}" for step, many in found.funnel.steps.items())
        ends = (f"{words.code('end', end)} {many:,}" for end, many in found.funnel.ends.items())
        entered = words.say("%(n)s runs entered", n=f"{found.funnel.entered:,}")
        yield f"{words.journey(found.asked.journey)}: {entered}"
        yield f"  {' > '.join(steps)}"
        yield f"  {words.say(', ').join(ends)}"
        yield ""


def _rivals(found: Measured, words: Words) -> Iterable[str]:
    """Which actions win and lose, and how well their chances told contacts apart."""
    yield words.say("Actions among their rivals")
    yield from table(
        [
            [words.say(each) for each in _RIVALS],
            *(
                [
                    one.action,
                    f"{one.ranked:,}",
                    one.won,
                    one.won_interval,
                    one.lost_to,
                    one.auc,
                    one.auc_interval,
                    f"{one.contacts:,}",
                    one.remark,
                ]
                for one in standing_lines(found, words)
            ),
        ]
    )
    yield ""
    told, more = pair_lines(found, words)
    yield words.say("Chosen over the runner-up")
    yield from table(
        [
            [words.say(each) for each in _PAIRS],
            *(
                [
                    one.chosen,
                    one.over,
                    f"{one.many:,}",
                    one.goals,
                    one.goals_interval,
                    f"{one.contacts:,}",
                ]
                for one in told
            ),
        ]
    )
    if more:
        yield words.say("and %(n)s more pairs; suishen measures --json has all", n=more)
    yield ""


_RIVALS: Final = (
    *(
        "Ranked action",
        "Times ranked",
        "Won",
        "95%",
        "Lost most often to",
        "AUC",
        "95%",
        "Contacts",
        "Remark",
    ),
)
_PAIRS: Final = ("Chosen", "Over", "Times", "Goal reached", "95%", "Contacts")
_HEADS: Final = (
    *("Measure", "Value", "95%", "Treated", "Control", "Difference", "95%", "n", "Remark"),
)


@click.command("revenue")
@click.argument("file", type=_FILE)
@click.option("--by", required=True, help="Who reports it: a desk or a duty.")
@in_folder
@over_cluster
def revenue(file: Path, by: str, data: Path, bootstrap: str | None) -> int:
    """Keep what outlets earned, from a CSV file: outlet,starts,ends,yuan.

    Days are counted in; of one outlet and period the newest line counts. It stands on the
    scoreboard only: no decision can read it.
    """
    told = _read(file)
    side, place = asked(data, bootstrap)
    with side.open_tables(place) as engine:
        kept = reported.add(engine, told, by=by, now=Instant(WallClock().now()))
    click.echo(f"{kept} lines kept")
    return 0


_COLUMNS: Final = ["outlet", "starts", "ends", "yuan"]


def _read(file: Path) -> list[reported.Line]:
    """Every line, or every fault with its line.

    Raises:
        ValueError: a line cannot be read; nothing was kept.
    """
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened)
        if rows.fieldnames != _COLUMNS:
            raise ValueError(f"{file.name}:1: write the header {','.join(_COLUMNS)}")
        found, faults = list[reported.Line](), list[str]()
        for row in rows:
            try:
                found.append(_line(row))
            except (ValueError, TypeError, ArithmeticError) as error:
                faults.append(f"{file.name}:{rows.line_num}: {error}")
    if faults:
        raise ValueError("\n".join(faults))
    return found


def _line(row: dict[str, str]) -> reported.Line:
    starts, ends = date.fromisoformat(row["starts"]), date.fromisoformat(row["ends"])
    if ends < starts:
        raise ValueError(
            f"'{row['ends']}' lies before '{row['starts']}'; write first, then last day"
        )
    if not row["outlet"]:
        raise ValueError("no outlet; write its name as in corebank.service_assigned")
    return reported.Line(row["outlet"], starts, ends, _fen(row["yuan"]))


def _fen(said: str) -> int:
    try:
        fen = Decimal(said) * 100
    except InvalidOperation:
        raise ValueError(f"'{said}' is no amount; write yuan such as 125000.50") from None
    if fen != fen.to_integral_value() or abs(fen) >= 2**62:
        raise ValueError(f"'{said}' is no amount in whole fen; write yuan such as 125000.50")
    return int(fen)
