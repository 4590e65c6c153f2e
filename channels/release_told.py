"""What `catalogue copy`, `sign`, `release`, `stage`, `rollback`, `stages` say in one language."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.telling import Sentences, listed
from schemas.reference import Activation

_SAID: Final = {
    "copied": (
        "已写入 {many} 个文件到 {folder}；修改后执行：",
        "{many} files written to {folder}; change them, then:",
    ),
    "released": (
        "已写入 {versions} 个版本；参照位点 {offset} 随 {markers} 个标记生效",
        (
            "{versions} versions written; reference offset {offset} is in force from {markers} "
            "markers on"
        ),
    ),
    "more": (
        "……另有 {many} 处：suishen catalogue diff",
        "… and {many} more: 'suishen catalogue diff'",
    ),
    "signed": (
        "目录 {catalogue}，{differences} 处不同（{diff}）：作者 {author}，{second}",
        "catalogue {catalogue}, {differences} differences ({diff}): author {author}, {second}",
    ),
    "released_by": ("已由 {name} 复签，可以发布", "signed by {name} too: it may be released"),
    "wants_second": ("尚待另一人签署", "somebody else signs next"),
    "staged": (
        "已执行，自下一个事件起：{version}，{whom}",
        "done: '{version}' {whom}, from the next event on",
    ),
    "back_already": (
        (
            "此前已由 {by} 回退：中断的部分已补完，未再回退其他内容；要再往前，请指明版本："
            "suishen catalogue stage VERSION --to all"
        ),
        (
            "rolled back already, by '{by}': whatever was cut short of it is finished, and nothing "
            "else is rolled back; to go further back, name what to: "
            "'suishen catalogue stage VERSION --to all'"
        ),
    ),
    "in_force": ("生效中：{version}，{signed}", "in force: {version}, {signed}"),
    "none_staged": ("分阶段：无", "staged: none"),
    "stage": (
        "分阶段：{version}，{whom}，由 {by} 设定",
        "staged: {version}, {whom}, set by {by}",
    ),
    "back": ("回退将恢复：{what}", "a roll-back would bring back: {what}"),
    "back_for_all": ("{version}，面向所有客户", "{version} for everybody"),
    "back_none": ("无，此前没有其他目录生效", "nothing; no other catalogue was in force before"),
    "known": ("此日志已有的目录：{names}", "known on this log: {names}"),
    "signatures": ("由 {names} 签署", "signed by {names}"),
    "unsigned": ("首个目录，没有签署", "a first catalogue, without signatures"),
    "outlets": ("面向网点 {names} 的客户", "for the clients of {names}"),
    "share": ("面向 {percent:g}% 的客户", "for {percent:g} % of clients"),
    "shadow": ("影子运行：作出决定但不发出", "in shadow: decides and issues nothing"),
    "all": ("面向所有客户", "for all clients"),
    "taken_back": ("已撤回", "taken back"),
}
"""Sentences by name: Chinese, English."""
say: Final = Sentences(_SAID).say


def signing(said: Mapping[str, Any], lang: str) -> str:
    """Who has signed what, and who signs next."""
    name = said["releaser"]
    second = say("released_by", lang, name=name) if name else say("wants_second", lang)
    return say("signed", lang, second=second, **said)


def stages(found: Mapping[str, Any], activation: Activation | None, lang: str) -> Iterator[str]:
    """Where catalogues stand."""
    signed = _signed(found["in_force_signed"], lang)
    yield say("in_force", lang, version=found["in_force"], signed=signed)
    if activation is None:
        yield say("none_staged", lang)
    else:
        whom = for_whom(activation, lang)
        yield say("stage", lang, version=found["staged"], whom=whom, by=found["by"])
        yield f"    {_signed(found['staged_signed'], lang)}"
    yield say("back", lang, what=_brought_back(found, lang))
    yield say("known", lang, names=listed(found["known"], lang))


def for_whom(asked: Activation, lang: str) -> str:
    """For which clients a catalogue is."""
    if asked.stage == "outlets":
        return say("outlets", lang, names=listed(asked.outlets, lang))
    if asked.stage == "share":
        return say("share", lang, percent=(asked.share_bp or 0) / 100)
    return say(asked.stage if asked.stage in ("shadow", "all") else "taken_back", lang)


def _brought_back(found: Mapping[str, Any], lang: str) -> str:
    if found["staged"] is not None:
        return say("back_for_all", lang, version=found["in_force"])
    return found["before"] or say("back_none", lang)


def _signed(names: list[str], lang: str) -> str:
    if not names:
        return say("unsigned", lang)
    return say("signatures", lang, names=listed(names, lang, mark=" and "))
