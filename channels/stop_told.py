"""What `suishen stop` did and lists, in sentences of one language; times are the bank's."""

from collections.abc import Mapping
from datetime import datetime as wall
from typing import Any, Final

from channels.home import HOME
from channels.telling import Sentences
from schemas.time import parse_instant

_SAID: Final = {
    "done": (
        "已执行：各渠道即时遵守，决定自下一个事件起遵守",
        "done: channels obey now, decisions from the next event on",
    ),
    "set_idle": ("无须操作：已处于停联", "nothing to do: that is stopped already"),
    "lift_idle": (
        "没有可解除的停联：此项停联并未生效",
        "nothing to lift: no such stop is in force",
    ),
    "untold": (
        "各渠道已遵守，但未能通知引擎（{error}）：待其恢复后请重新执行",
        "channels obey; the engine was not told ({error}): repeat this when it is back",
    ),
    "unchecked": (
        "日志不可用，未能核实：{what}",
        "the log is away, so this could not be looked up: {what}",
    ),
    "none": ("从未设置过停联", "nothing was ever stopped"),
    "line": ("{what}：{reason} · {since} · {ends}", "{what}: {reason} · {since} · {ends}"),
    "since": ("{by} 于 {time} 设定", "{time} by {by}"),
    "lifted": ("{by} 于 {time} 解除", "lifted {time} by {by}"),
    "in_force": ("生效中", "in force"),
    "time": ("{at:%Y-%m-%d %H:%M}（银行时间）", "{at:%Y-%m-%d %H:%M} (bank time)"),
    "all": ("所有联系", "all"),
    "channel": ("渠道 {name}", "channel {name}"),
    "action": ("行动 {name}", "action {name}"),
    "outlet": ("网点 {name}", "outlet {name}"),
}
"""Sentences by name: Chinese, English."""
say: Final = Sentences(_SAID).say


def unchecked(scope: str, name: str, lang: str) -> str:
    """Nobody can tell now whether there is such a thing."""
    return say("unchecked", lang, what=say(scope, lang, name=name))


def line(row: Mapping[str, Any], lang: str) -> str:
    """One stop that was ever set."""
    since = say("since", lang, time=_time(row["set_at"], lang), by=row["set_by"])
    ends = say("in_force", lang)
    if row["lifted_at"] is not None:
        ends = say("lifted", lang, time=_time(row["lifted_at"], lang), by=row["lifted_by"])
    what = say(row["scope"], lang, name=row["name"])
    return say("line", lang, what=what, reason=row["reason"], since=since, ends=ends)


def _time(moment: str, lang: str) -> str:
    return say("time", lang, at=wall.fromtimestamp(parse_instant(moment) / 1e6, HOME))
