"""`suishen overrides`: what desks decline, with drift and bias.

Exit codes: 0 fine, 2 bad input, 70 machinery.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click

from channels.operator_cli import asked, in_folder, over_cluster
from channels.telling import in_language, tell
from schemas.time import Instant


@click.command("overrides")
@in_folder
@over_cluster
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_language
def overrides(*, data: Path, bootstrap: str | None, as_json: bool, lang: str) -> int:
    """Overrides of the last months by action, desk and client group, with their intervals."""
    from channels.overrides import report
    from streams.readmodel.overrides import Overrides

    side, where = asked(data, bootstrap)
    with side.open_views(where):  # brings a folder's tables up to date
        pass
    with side.open_board(where) as board:
        answers = Overrides(board.switch.engine)
        found = report(answers, board.edition().desk, until=_until(answers.last_at()))
    if as_json:
        tell(found, as_json=True)
    else:
        for line in lines(found, lang):
            click.echo(line)
    return 0


def _until(last: Instant | None) -> Instant:
    """Up to the newest answer: a recording is as good as today."""
    return Instant(0 if last is None else last + 1)


_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "head": "{from} 至 {until}：{tasks} 项已了结任务",
        "none": "此期间没有工位了结的任务",
        "reasons": "理由",
        "actions": "按行动（近期与此前相比）",
        "desks": "按工位（与同类任务的其他工位相比）",
        "groups": "按客群（与同类任务的其他客群相比）",
        "few": "样本不足",
        "flag": "  ! 需复核",
        "not_right": "其中不适合客户",
    },
    "en": {
        "head": "{from} to {until}: {tasks} tasks closed by desks",
        "none": "no desk closed a task in this time",
        "reasons": "reasons",
        "actions": "by action (recent against before)",
        "desks": "by desk (against other desks, of the same actions)",
        "groups": "by client group (against other groups, of the same actions)",
        "few": "too few to say",
        "flag": "  ! to be reviewed",
        "not_right": "of these not right for the client",
    },
}


def lines(found: Mapping[str, Any], lang: str) -> Iterator[str]:
    """The report for people."""
    words = _WORDS[lang]
    yield words["head"].format(**found)
    if not found["tasks"]:
        yield words["none"]
        return
    told = ", ".join(f"{reason} {many}" for reason, many in found["reasons"].items())
    yield f"{words['reasons']}: {told or '-'}"
    for part in ("actions", "desks", "groups"):
        yield words[part]
        for row in found[part]:
            yield "  " + _line(row, words)


def _line(row: Mapping[str, Any], words: Mapping[str, str]) -> str:
    said = f"{row['name']}: {row['overridden']}/{row['tasks']}"
    if row["share"] is None:
        return f"{said} · {words['few']}"
    said += f" = {row['share']:.1%} [{row['low']:.1%}, {row['high']:.1%}]"
    said += f" · {words['not_right']} {row['not_right']}"
    compared = row.get("drift") or row.get("against_others")
    if compared is None:
        return said
    ends = f"[{compared['low']:+.1%}, {compared['high']:+.1%}]"
    flag = words["flag"] if compared["flagged"] else ""
    return f"{said} · {compared['difference']:+.1%} {ends}{flag}"
