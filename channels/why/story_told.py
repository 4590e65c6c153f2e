"""What a story misses and why it cannot go on, in sentences of one language.

English keeps to the words of the file. Chinese says each by its name as well; the id stands beside
it, for that is what an author changes.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from channels.workbench.wording import Words
from journeys.errors import DefinitionError
from journeys.stories.judging import Found, There
from journeys.stories.run import Miss
from journeys.stories.story import Wish
from journeys.stories.stuck import StuckError
from schemas.decisions import Candidate

_MISSED: Final = {
    "zh": "{place}，{at}：期望{wish}，实际{instead}",
    "en": "{place}, {at}: wished for {wish}, {instead}",
}
_NOTHING: Final = {
    "task": ("没有任务", "task"),
    "no_task": ("没有任务", "task"),
    "recalled": ("没有撤回", "recall"),
    "journey": ("没有进行中的该旅程", "run of it"),
    "ended": ("没有旅程结束", "end"),
    "withheld": ("没有关于它的决定", "decision about it"),
    "intent": ("没有意图变化", "change"),
}
"""What is not there, by the wish's word."""
_ONE: Final = {
    "task": ("有任务「{action}」，渠道：{channel}，工位：{desk}", "{action} by {channel} ({desk})"),
    "no_task": ("有任务「{action}」", "{action}"),
    "recalled": ("撤回「{action}」，原因：{reason}", "{action} because {reason}"),
    "journey": ("处于步骤「{step}」", "at {step}"),
    "ended": (
        "旅程「{journey}」结束，方式：{end}，原因：{reason}",
        "{journey} by {end} ({reason})",
    ),
    "withheld": ("未选中，原因：{reason}", "{reason}"),
    "chosen": ("选中", "chosen"),
    "intent": ("意图「{intent}」{on}", "{intent} {on}"),
}
"""One thing that is there, by the wish's word."""
_WISHES: Final = {
    "task": "产生任务「{value}」",
    "no_task": "{value}任务",
    "recalled": "撤回任务「{value}」",
    "journey": "处于旅程「{value}」",
    "ended": "旅程「{value}」结束",
    "withheld": "不选中「{value}」",
    "intent": "意图「{value}」{on}",
}
"""A wish, by its word."""
_BESIDE: Final = {
    "channel": "渠道：{value}",
    "desk": "工位：{value}",
    "reason": "原因：{value}",
    "step": "步骤：{value}",
    "end": "方式：{value}",
}
"""What may stand beside a wish, by what it is the id of."""
_STUCK: Final = {
    "no_task": "此时没有未结任务{which}；{why}",
    "no_amount": '请写明变动后的金额，例如 amount = "50_000 CNY"',
    "no_level": "请写明新的风险等级，例如 level = 3",
    "no_desk": "任务「{action}」不在任何工位，渠道为{channel}；请改用 answers",
    "no_product": "货架上没有产品「{product}」",
    "refused": "未被接受：{fault}",
}
"""Why a story cannot go on, by the error's word."""


def miss(one: Miss, words: Words) -> str:
    """A wish that was not fulfilled, in one line; the time is that of the bank."""
    said = {"wish": wish(one.wish, words), "instead": instead(one.there, words)}
    return _MISSED[words.language].format(place=one.place, at=words.moment(one.at), **said)


def wish(wished: Wish, words: Words) -> str:
    """What was wished for."""
    if words.language == "en":
        beside = "".join(f", {key} {value}" for key, value in wished.more.items())
        return f"{wished.word} {wished.value}{beside}"
    ids = {_kind(wished.word, key): value for key, value in wished.more.items()}
    about = _kind(wished.word, wished.word)
    named = _named({"on": True} | ids | {about: wished.value}, words)
    said = [_WISHES[wished.word].format(value=named[about], on=named["on"])]
    said += [_BESIDE[kind].format(value=named[kind]) for kind in ids if kind != "on"]
    return "，".join(said)


def instead(there: There, words: Words) -> str:
    """What is there instead."""
    is_zh = words.language == "zh"
    place, naming = (0, _named) if is_zh else (1, _plain)
    if not there.found:
        nothing = _NOTHING[there.wished][place]
        return nothing if is_zh else f"there is no {nothing}"
    said = [
        _ONE["chosen" if one.get("chosen") else there.wished][place].format(**naming(one, words))
        for one in there.found
    ]
    return "；".join(said) if is_zh else f"there is {', '.join(said)}"


def stuck(error: DefinitionError, words: Words) -> str:
    """Why a story cannot go on."""
    if words.language == "en" or not isinstance(error, StuckError):
        return str(error)
    named = _named({key: value for key, value in error.values.items() if value}, words)
    named["which"] = f"「{named['action']}」" if "action" in named else ""
    why = _STUCK[error.what].format(**named, why=_why_none(error.values.get("withheld"), words))
    return f"{error.place}：{error.word or '客户信息'}：{why}"


def _why_none(kept: Sequence[Candidate] | None, words: Words) -> str:
    if not kept:
        return "请看此前各行的结果"
    return f"上一次决定未选中：{'；'.join(_fate(one, words) for one in kept)}"


def _fate(one: Candidate, words: Words) -> str:
    reason = _code("reason", words, one.reason)
    where = "" if one.stage is None else f"{words.code('stage', one.stage)}："
    rule = "" if one.rule is None else f"，规则 {one.rule.upper()}"
    figures = "" if one.limit is None else f"，现为 {one.value}，限值 {one.limit}"
    return f"{words.action_with_id(one.action)}，{where}{reason}{rule}{figures}"


def _kind(word: str, key: str) -> str:
    """Of what a key of a wish holds the id."""
    if key == "by":
        return "end" if word == "ended" else "channel"
    kinds = {"because": "reason", "task": "action", "recalled": "action", "withheld": "action"}
    return kinds.get(key, "journey" if key == "ended" else key)


def _plain(ids: Found, _words: Words) -> Mapping[str, Any]:
    """As the catalogue has them."""
    return {
        **ids,
        "desk": ids.get("desk") or "no desk",
        "on": "on" if ids.get("on") else "off",
    }


def _named(ids: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """By name, with the id beside it."""
    journey = ids.get("journey", "")
    naming: Mapping[str, Callable[[Any], str]] = {
        "action": words.action_with_id,
        "journey": lambda one: _coded(words.journey(one), one),
        "step": lambda one: _coded(words.stage(journey, one), one),
        "desk": lambda one: "无" if one is None else str(one),
        "on": lambda one: "成立" if one else "不再成立",
        "no_task": lambda one: "不产生" if one else "产生",
        **{kind: partial(_code, kind, words) for kind in ("channel", "reason", "end", "intent")},
    }
    return {key: naming.get(key, str)(value) for key, value in ids.items()}


def _code(kind: str, words: Words, code: str | None) -> str:
    return "无" if code is None else _coded(words.code(kind, code), code)


def _coded(name: str, code: str) -> str:
    """A name with its id; an id that has none as it is."""
    return name if name == code else f"{name}（{code}）"
