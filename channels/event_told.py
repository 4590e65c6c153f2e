"""What became of an event, in sentences of one language."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.workbench.wording import Words

_SAID: Final = {
    "event": ("{what}，{state}", "{what}: {state}"),
    "of": ("{what}（客户 {client}），{state}", "{what} for {client}: {state}"),
    "repeated": ("  又发送过一次或多次，只计一次", "  It was sent again, and counted once"),
    "because": ("  原因：{reason}", "  Reason: {reason}"),
    "named": ("  事件 {id}，来源 {source}", "  Event {id} from {source}"),
    "when": ("  接收于 {time}（银行时间）", "  Received {time} (bank time)"),
    "place": (
        "  日志 {topic}，分区 {partition}，位点 {offset}",
        "  On log {topic}, partition {partition}, at {offset}",
    ),
    "letter": (
        "  死信 {letter}，代码 {code}；留下的缺口：{hole}",
        "  Dead letter {letter}, code {code}; the gap that it left: {hole}",
    ),
    "fault": ("    {at}：应为 {expected}", "    {at}: wanted {expected}"),
    "score": ("  财富健康评分：{before} → {after}", "  Wealth health score: {before} → {after}"),
    "unknown": ("未知", "not known"),
    "decision": ("  决定 {id}：选中 {chosen}", "  Decision {id} chose {chosen}"),
    "explain": (
        "    缘由见 suishen explain {id}{source}",
        "    suishen explain {id}{source} tells why",
    ),
    "idle": ("  决定 {id}：没有选中任何行动", "  Decision {id} chose nothing"),
    "one": ("{action}（{channel}）", "{action} ({channel})"),
    "task": (
        "  任务 {id}：{action}（{channel}），现为{state}",
        "  Task {id}: {action} ({channel}), now {state}",
    ),
    "more": ("  另有：{what}", "  Besides: {what}"),
    "times": ("{what} {count} 次", "{what}, {count} times"),
    "held": ("占用联系名额", "slot held"),
    "nothing": ("  没有引起其他变化", "  It led to nothing else"),
}
"""Sentences by name: Chinese, English."""
_TOLD: Final = frozenset({"fact.wealth_scored", "fact.decision_made", "fact.task_changed"})
"""Effects that have a line of their own."""
_COUNTED: Final = "fact.contact_counted"
_HELD: Final = "held"
_HOLES: Final = {"open": ("未补", "open"), "closed": ("已补", "closed"), "none": ("无", "none")}


def lines(
    story: Mapping[str, Any], effects: Mapping[str, Any], words: Words, source: str = ""
) -> Iterator[str]:
    """First what happened to whom, then where it stands, then what it led to.

    Args:
        story: `Views.story`.
        effects: `Views.effects` of it.
        words: of one language.
        source: the option that names the log, for commands to paste.
    """
    told = _Teller(words, source)
    yield from told.head(story, effects)
    led = [*told.effects(effects), *told.besides(story, effects)]
    yield from led or [told.say("nothing")]


class _Teller:
    def __init__(self, words: Words, source: str) -> None:
        self._words, self._source = words, source
        self._place = 0 if words.language == "zh" else 1

    def head(self, story: Mapping[str, Any], effects: Mapping[str, Any]) -> Iterator[str]:
        words, client = self._words, effects["client"]
        what = words.code("event", _kind(story.get("type", "")))
        state = words.code("effect", story["state"])
        name = "event" if client is None else "of"
        said = self.say(name, what=what or story["id"], client=client, state=state)
        yield said[:1].upper() + said[1:] if what else said
        if "reason" in story and story["reason"] is not None:
            yield self.say("because", reason=words.code("reason", story["reason"]))
        if story.get("repeated"):
            yield self.say("repeated")
        if "source" in story:
            yield self.say("named", id=story["id"], source=story["source"])
            yield self.say("when", time=words.time(story["received_at"], with_year=True))
            yield self.say("place", **story["logged"])
        if "dead_letter" in story:
            yield from self._letter(story)

    def effects(self, effects: Mapping[str, Any]) -> Iterator[str]:
        for score in effects["scores"]:
            yield self.say("score", **{name: self._points(score[name]) for name in score})
        for taken in effects["decisions"]:
            chosen = [self._one(one) for one in taken["chosen"]]
            name = "decision" if chosen else "idle"
            yield self.say(name, id=taken["decision_id"], chosen=self._list(chosen))
            yield self.say("explain", id=taken["decision_id"], source=self._source)
        for task in effects["tasks"]:
            yield self.say(
                "task",
                id=task["task_id"],
                action=self._words.action(task["action"]),
                channel=self._words.code("channel", task["channel"]),
                state=self._words.code("state", task["state"]),
            )

    def besides(self, story: Mapping[str, Any], effects: Mapping[str, Any]) -> Iterator[str]:
        """Effects of other kinds, counted by kind."""
        offered = _offered(effects)
        kinds = Counter(
            _HELD if each["task"] in offered and kind == _COUNTED else kind
            for each in story["caused"]
            for kind in (_kind(each["type"]),)
        )
        said = [
            self._times(
                self.say("held") if kind == _HELD else self._words.code("event", kind), count
            )
            for kind, count in kinds.items()
            if kind not in _TOLD
        ]
        if said:
            yield self.say("more", what=self._list(said))

    def say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)

    def _letter(self, story: Mapping[str, Any]) -> Iterator[str]:
        hole = _HOLES.get(story["hole"], (story["hole"],) * 2)[self._place]
        yield self.say("letter", letter=story["dead_letter"], code=story["code"], hole=hole)
        for fault in story["faults"]:
            yield self.say("fault", at=fault["pointer"] or "/", expected=fault["expected"])

    def _one(self, one: Mapping[str, Any]) -> str:
        channel = self._words.code("channel", one["channel"])
        return self.say("one", action=self._words.action(one["action"]), channel=channel)

    def _times(self, what: str, count: int) -> str:
        return what if count == 1 else self.say("times", what=what, count=count)

    def _points(self, total: float | None) -> str:
        return self.say("unknown") if total is None else f"{total:.1f}"

    def _list(self, words: list[str]) -> str:
        return ("；" if self._place == 0 else "; ").join(words)


def _offered(effects: Mapping[str, Any]) -> frozenset[str]:
    """Tasks of the event's own decisions: their slots were held by it, nobody was contacted yet."""
    taken = {one["decision_id"] for one in effects["decisions"]}
    mine = (task for task in effects["tasks"] if task["decision_id"] in taken)
    return frozenset(task["task_id"] for task in mine)


def _kind(wire: str) -> str:
    """A type without its version."""
    return wire.rsplit(".v", 1)[0]
