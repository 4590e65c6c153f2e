"""A replay's report for people: what changes in one sentence, then the figures, old and new."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from channels import catalogue_told
from channels.why.replay_words import SAID
from channels.workbench.wording import Words
from journeys.catalogue.difference import Difference
from journeys.catalogue.edition import Edition
from journeys.partings import NOT_DUE, OTHER_WAY
from schemas.time import parse_instant

_MOST_RULES: Final = 10
_EXAMPLES: Final = 10
"""So many are read; the JSON has more."""


class ReplayTeller:
    """One language's report, over the names of both sides' policies."""

    def __init__(self, language: str, new: Edition, old: Edition) -> None:
        self._place = 0 if language == "zh" else 1
        self._words, self._before = Words(language, new), Words(language, old)
        self._actions = {**old.actions, **new.actions}
        self._rules = {*new.conduct.rules, *new.suitability.rules}

    def lines(
        self, told: Mapping[str, Any], *, versions: int, changes: Sequence[Difference]
    ) -> Iterator[str]:
        """The whole report.

        Args:
            told: as `--json` prints it.
            versions: how many catalogues the log ran under.
            changes: what the new files say otherwise than the old.
        """
        yield self._first(told)
        yield self._say("versions", new=told["catalogue"], old=self._old(told, versions))
        yield from self._listed("rules", self._rules_changed(changes))
        decisions = told["decisions"]
        yield self._say("log", events=told["events"], clients=told["clients"], **decisions)
        yield from self._listed("partings", self._partings(told["partings"]))
        yield self._sum(told)
        yield from self._firsts(told["first_partings"])
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
        del stages[NOT_DUE]
        if not stages:
            return ""
        key, count = min(stages.items(), key=lambda row: (-row[1], row[0]))
        _, reason, *_ = [*key.split(" "), ""]
        why = self._fate(key) if key == OTHER_WAY else self._words.code("reason", reason)
        return self._say("most", why=why, count=count)

    def _sums(self, tasks: Mapping[str, int]) -> tuple[int, int]:
        """All tasks, and those of marketing."""
        marketing = sum(count for name, count in tasks.items() if self._is_marketing(name))
        return sum(tasks.values()), marketing

    def _is_marketing(self, name: str) -> bool:
        action = self._actions.get(name.partition(" ")[0])
        return action is not None and action.marketing

    def _rules_changed(self, changed: Sequence[Difference]) -> Iterator[str]:
        for one in changed[:_MOST_RULES]:
            yield catalogue_told.changed(one, self._words)
        if len(changed) > _MOST_RULES:
            yield self._say("more_rules", count=len(changed) - _MOST_RULES)

    def _old(self, told: Mapping[str, Any], versions: int) -> str:
        if told["against"] is not None:
            return self._say("given", version=told["against"])
        return self._say("ran" if versions == 1 else "ran_many", version=told["ran_under"])

    def _partings(self, partings: Mapping[str, int]) -> Iterator[str]:
        for kind, count in partings.items():
            yield self._say("line", name=self._say(f"parting.{kind}"), value=count)

    def _sum(self, told: Mapping[str, Any]) -> str:
        """The old tasks, what is lost and gained, the new: a reader adds up."""
        old, new = (self._sums(told["tasks"][side])[0] for side in ("old", "new"))
        changes = told["task_changes"]
        others = changes.get("reordered", 0)
        terms = {"lost": -changes.get("lost", 0), "gained": changes.get("gained", 0)}
        terms |= {"more" if others > 0 else "fewer": abs(others)}
        said = "".join(self._say(f"term.{how}", count=n) for how, n in terms.items() if n)
        return self._say("sum", sum=f"{old}{said} = {new}")

    def _firsts(self, firsts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Causes: what differs later need not have differed but for the first."""
        if not firsts:
            return
        clients = sum(one["clients"] for one in firsts)
        follow = sum(sum(one["follow"].values()) for one in firsts)
        yield self._say("firsts", clients=clients, follow=follow)
        for one in firsts:
            kinds = [self._say(f"kind.{kind}", count=n) for kind, n in one["follow"].items()]
            yield "  " + self._say(
                "first_and" if kinds else "first",
                what=self._first_of(one),
                clients=one["clients"],
                follow=sum(one["follow"].values()),
                kinds=("，" if self._place == 0 else ", ").join(kinds),
            )

    def _first_of(self, one: Mapping[str, Any]) -> str:
        return self._say(f"first.{one['parting']}", where=self._fate(one["where"]))

    def _tiers(self, tiers: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
        for tier, partings in tiers.items():
            name = self._say(f"tier.{tier}") if f"tier.{tier}" in SAID else tier
            counts = (f"{self._say(f'parting.{kind}')} {n}" for kind, n in partings.items())
            yield self._say("line", name=name, value=self._joined(counts))

    def _stages(self, parted: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
        """Each direction by itself: what is lost has nothing to do with what is gained."""
        for kind, counts in parted.items():
            yield self._say(f"stages.{kind}", count=sum(counts.values()))
            yield from ("  " + row for row in self._counted(counts, self._later))
        if not parted:
            yield self._say("stages.none")

    def _later(self, key: str) -> str:
        return self._say("not_due.later") if key == NOT_DUE else self._fate(key)

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
            began = one["began"]
            if began["at"] != one["at"]:
                since = self._words.time(parse_instant(began["at"]), with_year=True)
                yield "  " + self._say("began", at=since, what=self._first_of(began))
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
        if key == NOT_DUE:
            return self._say("not_due")
        if key == OTHER_WAY:
            return self._say("treatment")
        if key.startswith("chosen, "):
            title = self._words.treatment(key.removeprefix("chosen, "))["title"]
            return self._say("chosen", title=title)
        stage, reason, rule = [*key.split(" "), "", ""][:3]
        words = self._words
        said = {"stage": words.code("stage", stage), "reason": words.code("reason", reason)}
        fell = self._say("fell", **said)
        return self._say("beside", name=fell, more=words.rule(rule)) if rule else fell

    def _task(self, key: str) -> str:
        action, _, channel = key.partition(" ")
        by = self._words.code("channel", channel)
        return self._say("beside", name=self._action(action), more=by)

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
        return SAID[name][self._place].format(**values)
