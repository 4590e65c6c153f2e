"""A decision read out: for whom, why, by which rules, and what was not chosen."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from channels.why.became_told import Became
from channels.why.contact_told import Contacts
from channels.why.passed_told import Passed
from channels.why.told import priority
from channels.why.voices import Voices
from channels.workbench.readings import Readings
from channels.workbench.wording import Words
from journeys.client.steps.sales import PASSED, Said
from journeys.client.why import Ground
from journeys.decide.contact_policy import Slots
from schemas.decisions import Candidate, Decision, WithheldReason
from schemas.facts import ContactCounted, DecisionMade, IntentChange
from schemas.tasks import Task

_FEW: Final = 3
"""So many that fell alike are told one by one; more are counted: a matter of the screen."""
_INTENT: Final = "intent_"
_ON_INTENT: Final = "intent"
_SAID: Final = {
    "decision": ("决定 {id}，客户 {client}", "Decision {id}, client {client}"),
    "when": ("{time}（银行时间），起因：{trigger}", "{time} (bank time), occasion: {trigger}"),
    "journey": ("{journey}（{subject}）", "{journey} ({subject})"),
    "changed": ("{trigger}（{changes}）", "{trigger} ({changes})"),
    "on": ("「{intent}」成立，可能性 {p}", "'{intent}' came on, {p} likely"),
    "off": ("「{intent}」不再成立，可能性 {p}", "'{intent}' went off, {p} likely"),
    "event": ("来自事件 {id}：{what}", "Follows from event {id}: {what}"),
    "timer": ("来自定时器 {id}：{what}", "Follows from timer {id}: {what}"),
    "waited": (
        "等待的是决定 {id}（{time}）：{held}",
        "decision {id} of {time} waited for: {held}",
    ),
    "held": ("{action}，{reason}", "{action}, {reason}"),
    "chosen": ("选中：{action}，{channel}", "Chosen: {action}, by {channel}"),
    "nothing": ("没有选中任何行动", "No action was chosen"),
    "because": ("缘由：{reasons}", "Because: {reasons}"),
    "of_journey": ("{journey}：{facts}", "{journey}: {facts}"),
    "rules": ("选中行动所依规则（全部通过）：", "Rules of the chosen action (all passed):"),
    "judged": ("规则判定：", "Rules judged:"),
    "others": ("未选：", "Not chosen:"),
    "none": ("未选：无", "Not chosen: none"),
    "idle": (
        "{count} 项行动目前不适用（--all 列出全部）",
        "{count} actions do not apply now (--all lists them)",
    ),
    "alike": (
        "{count} 项行动{fate}（--all 列出全部）",
        "{count} actions {fate} (--all lists them)",
    ),
    "fell": ("{action}：{fate}", "{action}: {fate}"),
    "fate": ("止于{stage}，{reason}", "at {stage}, {reason}"),
    "more": ("{what}（{more}）", "{what} ({more})"),
    "until": ("到 {time} 再看", "again at {time}"),
    "versions": (
        "版本：引擎 {engine}，目录 {catalogue}，财富参数 {parameters}，参照位点 {offset}",
        (
            "Versions: engine {engine}, catalogue {catalogue}, wealth parameters {parameters}, "
            "reference position {offset}"
        ),
    ),
    "listed": ("{id}  {time}  {trigger}：{chosen}", "{id}  {time}  {trigger}: {chosen}"),
    "no_action": ("无", "nothing chosen"),
}
"""Sentences by name: Chinese, English."""


class Account:
    """Decisions told in one language, over one edition's names."""

    def __init__(self, words: Words, voices: Voices) -> None:
        """Prepare to tell.

        Args:
            words: of one language.
            voices: of the models that were in force.
        """
        self._words, self._voices = words, voices
        self._readings, self._passed, self._became = Readings(words), Passed(words), Became(words)
        self._contacts = Contacts(words)
        self._place = 0 if words.language == "zh" else 1

    def lines(self, told: "Told", *, everything: bool) -> Iterator[str]:
        """The whole account; of what does not apply a count, unless everything is wanted."""
        taken, words = told.fact.data, self._words
        client = told.fact.partitionkey
        yield self._say("decision", id=taken.decision_id, client=client)
        time = words.time(taken.decided_at, with_year=True)
        yield self._say("when", time=time, trigger=self._occasion(told.fact, told.intents))
        yield self._cause(told)
        yield from self._chosen(taken, told.grounds)
        if taken.verdicts and not told.grounds:
            yield self._say("judged")
            yield from ("  " + self._passed.verdict(each) for each in taken.verdicts)
        yield from self._became.lines(told.tasks, told.counted)
        yield from self._others(taken, told, everything=everything)
        versions = taken.versions
        yield self._say(
            "versions",
            engine=versions.engine,
            catalogue=versions.catalogue,
            parameters=versions.parameters,
            offset=versions.reference_offset,
        )

    def listed(
        self,
        fact: DecisionMade,
        intents: Sequence[IntentChange] = (),
        tasks: Sequence[Task] = (),
    ) -> str:
        """One decision in a line, for a list of a client's, with what became of it."""
        words, taken = self._words, fact.data
        chosen = [words.action_with_id(one.action) for one in taken.candidates if one.chosen]
        return self._say(
            "listed",
            id=taken.decision_id,
            time=words.time(taken.decided_at, with_year=True),
            trigger=self._occasion(fact, intents),
            chosen=self._then([self._list(chosen), *self._became.outcomes(tasks)])
            if chosen
            else self._say("no_action"),
        )

    def _occasion(self, fact: DecisionMade, intents: Sequence[IntentChange]) -> str:
        """The trigger, and the journey where one asked or the intent that changed."""
        taken = fact.data
        trigger = self._words.code("trigger", taken.trigger)
        if taken.trigger == _ON_INTENT and intents:
            changes = self._list([self._intent(one) for one in intents])
            trigger = self._say("changed", trigger=trigger, changes=changes)
        subject = taken.subject or _subject_of(fact)
        if subject is None:
            return trigger
        name, _, key = subject.partition("/")
        about = self._words.subject(key)
        journey = self._say("journey", journey=self._words.journey(name), subject=about)
        return self._list([trigger, journey])

    def _intent(self, one: IntentChange) -> str:
        name = self._words.code("intent", one.intent)
        return self._say("on" if one.on else "off", intent=name, p=f"{one.p:.0%}")

    def _cause(self, told: "Told") -> str:
        """The event that the decision follows from, or the timer that fell due."""
        fact = told.fact
        if fact.causesource == "timer":
            kind = fact.causeid.partition(":")[0]
            what = self._words.code("timer", kind)
            line = self._say("timer", id=fact.causeid, what=what)
            return self._list([line, *self._waited(told)])
        what = "" if told.event_type is None else self._words.code("event", told.event_type)
        return self._say("event", id=fact.causeid, what=what).rstrip("：: ")

    def _waited(self, told: "Told") -> Iterator[str]:
        """Which decision set the timer of a retry, and for what it waited."""
        if told.waited is None:
            return
        waited, until = told.waited, told.fact.data.decided_at
        held = [one for one in waited.candidates if one.until == until]
        name, words = self._words.action_with_id, self._words
        said = [
            self._say("held", action=name(one.action), reason=words.code("reason", one.reason))
            for one in held
        ]
        time = words.time(waited.decided_at, with_year=True)
        yield self._say("waited", id=waited.decision_id, time=time, held=self._then(said))

    def _chosen(self, taken: Decision, grounds: Sequence[Ground]) -> Iterator[str]:
        words = self._words
        chosen = [one for one in taken.candidates if one.chosen]
        if not chosen:
            yield self._say("nothing")
        for at, one in enumerate(chosen):
            channel = words.code("channel", one.channel)
            yield self._say("chosen", action=words.action_with_id(one.action), channel=channel)
            ground = grounds[at] if grounds else None
            if ground is not None:
                yield from ("  " + line for line in self._because(ground.reasons))
            yield from ("  " + line for line in self._weighed(one))
            if ground is not None:
                yield "  " + self._say("rules")
                yield from (
                    "    " + line for line in self._passed.lines(ground.answers, taken.decided_at)
                )

    def _because(self, reasons: Sequence[Said]) -> Iterator[str]:
        """Why; where a journey or a case asked, that is why, and an intent is not."""
        said = [each for each in reasons if each[0] != PASSED]
        asked = [each for each in said if not each[0].startswith(_INTENT)]
        is_asked = any(code.startswith(("journey_", "case_")) for code, _ in asked)
        if said:
            because = asked if is_asked else said
            yield self._say("because", reasons=self._then([self._reason(one) for one in because]))

    def _reason(self, said: Said) -> str:
        code, values = said
        text = self._words.reason({"code": code, "values": values})
        journey = self._words.journey(code.removeprefix("journey_"))
        is_more = code.startswith("journey_") and text != journey
        return self._say("of_journey", journey=journey, facts=text) if is_more else text

    def _others(self, taken: Decision, told: "Told", *, everything: bool) -> Iterator[str]:
        """Those not chosen: what fell by something of its own, then counts of what fell alike."""
        grounds = told.grounds
        others = [
            (one, grounds[at].rulings if grounds else ())
            for at, one in enumerate(taken.candidates)
            if not one.chosen
        ]
        if not others:
            yield self._say("none")
            return
        yield self._say("others")
        fates = Counter(self._fate(one) for one, _ in others)
        chosen = sum(one.chosen for one in taken.candidates)
        seen = {ground.rulings for ground in grounds[:chosen]}
        for one, rulings in others:
            if not everything and _is_counted(one, fates[self._fate(one)]):
                continue
            name = self._words.action_with_id(one.action)
            fate = self._fate(one, told.slots.get(one.action))
            yield "  " + self._say("fell", action=name, fate=fate)
            yield from ("    " + line for line in self._weighed(one))
            if rulings not in seen:  # several may propose one sale
                yield from ("    " + self._passed.ruling(each) for each in rulings)
        if not everything:
            yield from self._counts([one for one, _ in others], fates)

    def _counts(self, others: Sequence[Candidate], fates: Mapping[str, int]) -> Iterator[str]:
        counted = {
            self._fate(one): one for one in others if _is_counted(one, fates[self._fate(one)])
        }
        for fate, one in counted.items():
            name = "idle" if one.reason is WithheldReason.INTENT_OFF else "alike"
            yield "  " + self._say(name, count=fates[fate], fate=fate)

    def _fate(self, one: Candidate, slots: Slots | None = None) -> str:
        """Stage, reason and figures; of a cap what has its slots, where that is known."""
        words = self._words
        reason = str(one.reason or "")
        fate = self._say(
            "fate", stage=words.code("stage", one.stage), reason=words.code("reason", reason)
        )
        by = None if one.rule is None else self._words.rule(one.rule)
        if slots is None:
            read = self._readings.of_reason(reason, one.rule, one.value, one.limit)
        else:
            read = self._contacts.slots(slots)
        time = None if one.until is None else words.time(one.until, with_year=True)
        until = None if time is None else self._say("until", time=time)
        more = [part for part in (by, read, until) if part]
        return self._say("more", what=fate, more=self._then(more)) if more else fate

    def _weighed(self, one: Candidate) -> Iterator[str]:
        """The priority by its parts, and what the model heard."""
        parts = one.parts
        if parts is None:
            return
        yield priority(parts, self._place)
        yield from self._voices.lines(one.action, str(one.channel or ""), parts)

    def _then(self, sentences: Sequence[str]) -> str:
        return ("；" if self._place == 0 else "; ").join(sentences)

    def _list(self, words: Sequence[str]) -> str:
        return ("，" if self._place == 0 else ", ").join(words)

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)


class Told(NamedTuple):
    """A decision, and what stands beside it."""

    fact: DecisionMade
    event_type: str | None
    """Of the event that it was taken on, such as `app.page_viewed`."""
    grounds: tuple[Ground, ...]
    """What each candidate rested on; empty where nothing was issued."""
    tasks: tuple[Task, ...] = ()
    """Every version of the tasks that it issued, in order."""
    counted: tuple[ContactCounted, ...] = ()
    """The moves of their contact slots, in order."""
    slots: Mapping[str, Slots] = {}
    """By action, of those that fell by a cap: what had its slots."""
    intents: tuple[IntentChange, ...] = ()
    """What changed of the client's intents by the same event."""
    waited: Decision | None = None
    """The one before it that waited until then, of one that was tried again."""


def _subject_of(fact: DecisionMade) -> str | None:
    """The journey's run whose step fell due."""
    kind, _, rest = fact.causeid.partition(":")
    return rest.rpartition(":")[0] if fact.causesource == "timer" and kind == "step" else None


def _is_counted(one: Candidate, alike: int) -> bool:
    """Told by number alone: what does not apply, and many that fell alike with nothing weighed."""
    if one.reason is WithheldReason.INTENT_OFF:
        return one.rule is None
    return alike > _FEW and one.parts is None
