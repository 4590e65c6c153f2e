"""A replay's report for people: what changes in one sentence, then the figures, old and new."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from channels.workbench.wording import Words
from journeys.catalogue.edition import Edition
from schemas.time import parse_instant

_SAID: Final = {
    "changes": (
        (
            "按新规则，{clients} 位客户中有 {changed} 位会受到不同对待：待办 {old} → {new} 项"
            "（营销 {old_marketing} → {new_marketing}，服务 {old_service} → {new_service}）"
        ),
        (
            "With the new rules {changed} of {clients} clients would be treated otherwise: "
            "{old} → {new} tasks (marketing {old_marketing} → {new_marketing}, "
            "service {old_service} → {new_service})"
        ),
    ),
    "most": ("；最常见的原因：{why}（{count} 次）", "; most often because: {why} ({count})"),
    "reasons": (
        "按新规则，没有客户会受到不同对待：待办仍为 {new} 项，只是 {reasoned} 个决定的理由不同",
        (
            "With the new rules no client would be treated otherwise: the same {new} tasks; "
            "{reasoned} decisions have other reasons"
        ),
    ),
    "same": (
        "按新规则，一切不变：{decisions} 个决定、{new} 项待办逐字节相同",
        "With the new rules nothing changes: {decisions} decisions and {new} tasks, byte for byte",
    ),
    "versions": ("新规则：目录 {new}。旧规则：{old}。", "New rules: catalogue {new}. Old: {old}."),
    "rules": ("规则变化：", "What the new rules say otherwise:"),
    "more_rules": (
        "另有 {count} 处；全部见 suishen catalogue diff",
        "and {count} more; 'suishen catalogue diff' tells them all",
    ),
    "ran": ("日志当时所用的目录（{version}）", "what the log ran under ({version})"),
    "ran_many": (
        "日志当时所用的各目录（最后为 {version}）",
        "what the log ran under, one after the other (the last is {version})",
    ),
    "given": ("目录 {version}", "catalogue {version}"),
    "log": (
        "日志：客户 {clients} 位，事件 {events} 条；决定 {old} → {new} 个",
        "The log: {events} events of {clients} clients; decisions {old} → {new}",
    ),
    "partings": ("同一事件上两套规则的决定：", "The two sides' decisions on the same events:"),
    "parting.same": ("完全相同", "the same"),
    "parting.reasoned": (
        "待办相同（或都没有），理由不同",
        "the same task or none, for other reasons",
    ),
    "parting.gained": ("新规则多出待办", "a task where there was none"),
    "parting.lost": ("新规则没有待办", "no task where there was one"),
    "parting.reordered": ("换成另一待办", "another task"),
    "tiers": ("按客户等级：", "By the client's tier:"),
    "tier.mass": ("大众", "mass"),
    "tier.wealth": ("财富", "wealth"),
    "tier.private": ("私行", "private"),
    "stages.lost": (
        "新规则没有的待办（{count} 项），按新规则止于：",
        "Tasks lost ({count}); under the new rules they fall at:",
    ),
    "stages.gained": (
        "新规则多出的待办（{count} 项），按旧规则止于：",
        "Tasks gained ({count}); under the old rules they fell at:",
    ),
    "stages.reordered": (
        "换成另一待办（{count} 项），原待办按新规则止于：",
        "Another task instead ({count}); under the new rules the old one falls at:",
    ),
    "stages.none": ("没有多出、没有或换掉的待办", "No task is lost, gained or another one"),
    "not_due": ("那时没有作出决定", "no decision was due on that side then"),
    "treatment": ("换了一种呈现", "another treatment"),
    "chosen": ("选中（{title}）", "chosen ({title})"),
    "fell": ("{stage}，{reason}{rule}", "{stage}, {reason}{rule}"),
    "tasks": ("待办（旧 → 新）：", "Tasks (old → new):"),
    "withheld": ("未选的行动，按原因（旧 → 新）：", "Actions not chosen, by reason (old → new):"),
    "suitability": ("适当性不通过（旧 → 新）：", "Stopped by suitability (old → new):"),
    "others": ("其余 {count} 项不变", "{count} others stay as they are"),
    "none": ("无", "none"),
    "over": ("超出频次上限的联系：{old} → {new}", "Contacts beyond a cap: {old} → {new}"),
    "goals": (
        (
            "模型预期（非实测）：达成目标 {old} ± {old_half} → {new} ± {new_half} 个，"
            "财富健康 {old_points} → {new_points} 分"
        ),
        (
            "What the models expect (nothing measured): goals reached {old} ± {old_half} → "
            "{new} ± {new_half}; points of wealth health {old_points} → {new_points}"
        ),
    ),
    "load": ("坐席工作量（旧 → 新）：", "Work for desks (old → new):"),
    "days": (
        "{minutes} 分钟，分 {days} 天（最多 {most} 分钟，{busiest}）",
        "{minutes} min over {days} days (at most {most}, on {busiest})",
    ),
    "idle": ("无", "nothing"),
    "clients": ("差异最多的客户：", "Clients whose decisions differ most:"),
    "client": (
        "{client}：{count} 个决定不同，最早在 {at}（银行时间）",
        "{client}: {count} decisions differ, the first at {at} (bank time)",
    ),
    "old": ("旧：{fates}", "old: {fates}"),
    "new": ("新：{fates}", "new: {fates}"),
    "trust": (
        (
            "可信程度：日志中关于待办的回报（领取、展示、结果）有 {share:.0%} 说的是新规则"
            "不会发出的待办；没有这些待办，客户后来的行为可能不同"
        ),
        (
            "How far to trust it: {share:.0%} of what the log reports of tasks (claims, "
            "showings, outcomes) speaks of tasks that the new rules would not issue; without "
            "them those clients might have acted otherwise"
        ),
    ),
    "off_policy": (
        "新规则的成效无从估计：日志中的行动不是随机抽取的，不能说明其他行动会带来什么",
        (
            "Whether the new rules do better cannot be told from this log: its actions were "
            "not drawn at random, so nothing can be said of what others would have led to"
        ),
    ),
    "hashes": (
        "全部结论的摘要：新 {new}，旧 {old}",
        "Hash of all conclusions: new {new}, old {old}",
    ),
    "line": ("{name}：{value}", "{name}: {value}"),
}
"""Sentences by name: Chinese, English."""
_MOST_RULES: Final = 10
_EXAMPLES: Final = 10
"""So many are read; the JSON has more."""
_NOT_DUE: Final = "no decision was due"
_OTHER_WAY: Final = "another treatment"


class ReplayTeller:
    """One language's report, over the names of both sides' policies."""

    def __init__(self, language: str, new: Edition, old: Edition) -> None:
        self._place = 0 if language == "zh" else 1
        self._words, self._before = Words(language, new), Words(language, old)
        self._actions = {**old.actions, **new.actions}
        self._rules = {*new.conduct.rules, *new.suitability.rules}

    def lines(self, told: Mapping[str, Any], *, versions: int) -> Iterator[str]:
        """The whole report.

        Args:
            told: as `--json` prints it.
            versions: how many catalogues the log ran under.
        """
        yield self._first(told)
        yield self._say("versions", new=told["catalogue"], old=self._old(told, versions))
        yield from self._listed("rules", self._rules_changed(told["rules_changed"]))
        decisions = told["decisions"]
        yield self._say("log", events=told["events"], clients=told["clients"], **decisions)
        yield from self._listed("partings", self._partings(told["partings"]))
        yield from self._listed("tiers", self._tiers(told["by_tier"]))
        yield from self._stages(told["first_stages"])
        yield from self._side_by_side("tasks", told["tasks"], self._task)
        yield from self._side_by_side("withheld", told["withheld"], self._fate)
        yield from self._side_by_side("suitability", told["suitability_stops"], self._stop)
        yield from self._listed("load", self._load(told["load_minutes"]))
        yield self._say("over", **told["cap_overshoot"])
        yield self._goals(told)
        yield from self._listed("clients", self._examples(told["most_changed"]))
        yield self._say("trust", share=told["assumed_share"])
        yield self._say("off_policy")
        yield self._say("hashes", new=told["facts_sha256"][:12], old=told["against_sha256"][:12])

    def _first(self, told: Mapping[str, Any]) -> str:
        """What a product owner asks: for whom, how many tasks, and why."""
        sums = {"old": self._sums(told["tasks"]["old"]), "new": self._sums(told["tasks"]["new"])}
        figures = {side: all_ for side, (all_, _) in sums.items()}
        if told["facts_sha256"] == told["against_sha256"]:
            return self._say("same", decisions=told["decisions"]["new"], new=figures["new"])
        if not told["clients_changed"]:
            reasoned = told["partings"].get("reasoned", 0)
            return self._say("reasons", new=figures["new"], reasoned=reasoned)
        figures |= {f"{side}_marketing": of for side, (_, of) in sums.items()}
        figures |= {f"{side}_service": all_ - of for side, (all_, of) in sums.items()}
        changed = {"clients": told["clients"], "changed": told["clients_changed"]}
        return self._say("changes", **figures, **changed) + self._most(told["first_stages"])

    def _most(self, parted: Mapping[str, Mapping[str, int]]) -> str:
        """The commonest reason; that no decision was due follows from an earlier one."""
        stages = Counter[str]()
        for counts in parted.values():
            stages.update(counts)
        del stages[_NOT_DUE]
        if not stages:
            return ""
        key, count = min(stages.items(), key=lambda row: (-row[1], row[0]))
        _, reason, *_ = [*key.split(" "), ""]
        why = self._fate(key) if key == _OTHER_WAY else self._words.code("reason", reason)
        return self._say("most", why=why, count=count)

    def _sums(self, tasks: Mapping[str, int]) -> tuple[int, int]:
        """All tasks, and those of marketing."""
        marketing = sum(count for name, count in tasks.items() if self._is_marketing(name))
        return sum(tasks.values()), marketing

    def _is_marketing(self, name: str) -> bool:
        action = self._actions.get(name.partition(" ")[0])
        return action is not None and action.marketing

    def _rules_changed(self, changed: Sequence[str]) -> Iterator[str]:
        yield from changed[:_MOST_RULES]
        if len(changed) > _MOST_RULES:
            yield self._say("more_rules", count=len(changed) - _MOST_RULES)

    def _old(self, told: Mapping[str, Any], versions: int) -> str:
        if told["against"] is not None:
            return self._say("given", version=told["against"])
        return self._say("ran" if versions == 1 else "ran_many", version=told["ran_under"])

    def _partings(self, partings: Mapping[str, int]) -> Iterator[str]:
        for kind, count in partings.items():
            yield self._say("line", name=self._say(f"parting.{kind}"), value=count)

    def _tiers(self, tiers: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
        for tier, partings in tiers.items():
            name = self._say(f"tier.{tier}") if f"tier.{tier}" in _SAID else tier
            counts = (f"{self._say(f'parting.{kind}')} {n}" for kind, n in partings.items())
            yield self._say("line", name=name, value=self._joined(counts))

    def _stages(self, parted: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
        """Each direction by itself: what is lost has nothing to do with what is gained."""
        for kind, counts in parted.items():
            yield self._say(f"stages.{kind}", count=sum(counts.values()))
            yield from ("  " + row for row in self._counted(counts, self._fate))
        if not parted:
            yield self._say("stages.none")

    def _counted(self, counts: Mapping[str, int], name: Callable[[str], str]) -> Iterator[str]:
        for key, count in counts.items():
            yield self._say("line", name=name(key), value=count)

    def _side_by_side(
        self, title: str, sides: Mapping[str, Mapping[str, int]], name: Callable[[str], str]
    ) -> Iterator[str]:
        """What changes, line by line; the rest is counted."""
        old, new = sides["old"], sides["new"]
        keys = list(dict.fromkeys([*old, *new]))
        changed = [key for key in keys if old.get(key, 0) != new.get(key, 0)]
        rows = [
            self._say("line", name=name(key), value=f"{old.get(key, 0)} → {new.get(key, 0)}")
            for key in changed
        ]
        if len(keys) > len(changed):
            rows.append(self._say("others", count=len(keys) - len(changed)))
        return self._listed(title, rows)

    def _load(self, sides: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[str]:
        """Desks alone: what a channel shows by itself takes nobody's time."""
        alike = 0
        for desk in sorted({*sides["old"], *sides["new"]}):
            old, new = (sides[side].get(desk, {}) for side in ("old", "new"))
            if old == new:
                alike += any(old.values())
            elif any(old.values()) or any(new.values()):
                value = f"{self._days(old)} → {self._days(new)}"
                yield self._say("line", name=desk, value=value)
        if alike:
            yield self._say("others", count=alike)

    def _days(self, days: Mapping[str, int]) -> str:
        if not days:
            return self._say("idle")
        busiest = max(days, key=lambda day: (days[day], day))
        minutes, most = sum(days.values()), days[busiest]
        return self._say("days", minutes=minutes, days=len(days), most=most, busiest=busiest)

    def _goals(self, told: Mapping[str, Any]) -> str:
        goals, points = told["expected_goals"], told["expected_points"]
        figures = {side: round(goals[side]["sum"], 1) for side in ("old", "new")}
        figures |= {f"{side}_half": round(goals[side]["plus_minus"], 1) for side in ("old", "new")}
        figures |= {f"{side}_points": round(points[side], 1) for side in ("old", "new")}
        return self._say("goals", **figures)

    def _examples(self, clients: Iterable[Mapping[str, Any]]) -> Iterator[str]:
        for one in islice(clients, _EXAMPLES):
            at = self._words.time(parse_instant(one["at"]), with_year=True)
            yield self._say("client", client=one["client"], count=one["decisions"], at=at)
            for side in ("old", "new"):
                fates = self._joined(map(self._fate_of, one[side].split("; ")))
                yield "  " + self._say(side, fates=fates)

    def _fate_of(self, told: str) -> str:
        """An action's fate, or that no decision was due."""
        action, is_of_action, fate = told.partition(": ")
        if not is_of_action:
            return self._fate(told)
        return self._say("line", name=self._action(action), value=self._fate(fate))

    def _fate(self, key: str) -> str:
        """A stage, a reason and perhaps a rule, as a tally has them."""
        if key == _NOT_DUE:
            return self._say("not_due")
        if key == _OTHER_WAY:
            return self._say("treatment")
        if key.startswith("chosen, "):
            title = self._words.treatment(key.removeprefix("chosen, "))["title"]
            return self._say("chosen", title=title)
        stage, reason, rule = [*key.split(" "), "", ""][:3]
        named = f" ({self._words.rule(rule)})" if rule in self._rules else ""
        words = self._words
        said = {"stage": words.code("stage", stage), "reason": words.code("reason", reason)}
        return self._say("fell", **said, rule=named)

    def _task(self, key: str) -> str:
        action, _, channel = key.partition(" ")
        return f"{self._action(action)} ({self._words.code('channel', channel)})"

    def _stop(self, key: str) -> str:
        return self._words.rule(key) if key in self._rules else self._words.code("reason", key)

    def _action(self, action: str) -> str:
        """By its name, of the old policy if the new one has no such action."""
        name = self._words.action(action)
        return self._before.action(action) if name == action else name

    def _listed(self, title: str, rows: Iterable[str]) -> Iterator[str]:
        yield self._say(title)
        found = list(rows)
        yield from ("  " + row for row in found or [self._say("none")])

    def _joined(self, parts: Iterable[str]) -> str:
        return ("；" if self._place == 0 else "; ").join(parts)

    def _say(self, name: str, /, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
