"""`suishen catalogue impact`: what a release would do to everything that runs, before it is one.

Exit codes: 0 it may be released, 1 it would be refused, 2 bad input, 70 machinery.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from channels.operator_cli import asked, in_folder, over_cluster
from channels.telling import in_language, tell

_REFUSED: Final = 1
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_KINDS: Final = {
    "zh": {"journey": "旅程", "case": "案件", "operation": "业务操作"},
    "en": {"journey": "journey", "case": "case", "operation": "operation"},
}
_FATES: Final = {
    "zh": {"stays": "留在原版本", "moves": "迁移", "ends": "结束", "stuck": "无法继续"},
    "en": {"stays": "stay", "moves": "move", "ends": "end", "stuck": "could not go on"},
}
_TOUCHES: Final = (
    "touched_clients",
    "timers",
    "tasks_recalled",
    "sales_judged_anew",
    "tasks_without_action",
)
_CHANGES: Final = {
    "zh": {"comes": "新增", "stays": "保留", "goes": "取消"},
    "en": {"comes": "comes", "stays": "stays", "goes": "goes"},
}
_NARROWER: Final = {
    "zh": "{scope} {name} 的 {kind} {id} v{version} {change}：约束客户 {clients} 位",
    "en": "{kind} {id} v{version} of {scope} {name} {change}: it binds {clients} clients",
}
_SUMS: Final = {
    "zh": (
        "客户 {clients} 位，其中受影响 {touched_clients} 位；进行中的旅程 {runs} 个",
        (
            "变更或取消的时限 {timers} 个；撤回的待办 {tasks_recalled} 项；"
            "重新核验的销售待办 {sales_judged_anew} 项；"
            "动作已不存在的待办 {tasks_without_action} 项"
        ),
        "不改变任何进行中的旅程、时限和待办",
        "可以发布：{old} → {new}",
        "不能发布：{old} → {new}",
        "对今后联系的影响，请看：suishen replay --catalogue {folder}",
    ),
    "en": (
        "{clients} clients, {touched_clients} of them touched; {runs} journeys under way",
        (
            "{timers} dates change or fall away; {tasks_recalled} tasks are recalled; "
            "{sales_judged_anew} open sales are judged anew; {tasks_without_action} open tasks "
            "have no action any more"
        ),
        "It changes none of the runs, dates and open tasks of today",
        "may be released: {old} → {new}",
        "would be refused: {old} → {new}",
        "What it does to future contacts: suishen replay --catalogue {folder}",
    ),
}


@click.command("impact")
@click.argument("new", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_language
@in_folder
@over_cluster
def impact(new: Path, data: Path, bootstrap: str | None, *, lang: str, as_json: bool) -> int:
    """Who stays, moves and ends if the catalogue in folder NEW were released now.

    Counted over the last stored state of every client, by the code that migrates them.
    """
    from journeys.client import impact as counting
    from streams.catalogue_files import read_catalogue
    from streams.clock import WallClock

    side, where = asked(data, bootstrap)
    catalogue = read_catalogue(new)
    with side.open_standing(where) as (reference, states):
        found = counting.impact(states(), reference, catalogue, WallClock().now()).document()
    if as_json:
        tell(found, as_json=True)
    else:
        click.echo("\n".join(told(found | {"folder": new}, lang)))
    return _REFUSED if found["refused"] else 0


def told(found: dict[str, Any], lang: str) -> Iterator[str]:
    """A report in sentences, line by line."""
    first, second, untouched, yes, no, beyond = _SUMS[lang]
    yield first.format_map(found)
    for line in found["lines"]:
        where = f" {line['step']}"
        to = "" if line["to_version"] is None else f" → v{line['to_version']}"
        at = f" {line['to_step']}" if line["fate"] == "moves" and line["to_step"] else ""
        kind, fate = _KINDS[lang][line["kind"]], _FATES[lang][line["fate"]]
        yield f"{kind} {line['name']} v{line['version']}{where}: {line['count']} {fate}{to}{at}"
    for row in found["narrower"]:
        yield _NARROWER[lang].format_map(row | {"change": _CHANGES[lang][row["change"]]})
    yield second.format_map(found)
    if not any(found[name] for name in _TOUCHES):
        yield untouched
    yield from found["refused"]
    yield (no if found["refused"] else yes).format_map(found)
    yield beyond.format_map(found)
