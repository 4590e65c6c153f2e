"""Journeys, from TOML."""

from collections.abc import Collection, Mapping
from string import Formatter
from typing import Final

from journeys.catalogue import vocabulary
from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.definitions import Journey, JourneyStep
from journeys.catalogue.lint_journey import check
from journeys.catalogue.rows import Row
from journeys.condition import Unit
from schemas.time import MINUTE

_WAITS: Final = frozenset({"reply", "event", "time"})
_MIGRATIONS: Final = frozenset({"stay", "move", "end"})


def read(row: Row, tags: Collection[str]) -> list[Dated]:
    """One version of one journey with its dates."""
    journey_id = row.name("id")
    trigger = row.one_of("trigger", vocabulary.TRIGGERS)
    on_the_way = vocabulary.on_the_way(trigger, [each.shown("id") for each in row.rows("step")])
    steps = [(each, _step(each, trigger, on_the_way)) for each in row.rows("step")]
    instance_key, key_words = _instance_key(row, trigger)
    journey = Journey(
        id=journey_id,
        version=row.count("version", least=1),
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        trigger=trigger,
        instance_key=instance_key,
        key_words=key_words,
        entry=row.condition("entry", vocabulary.at_entry(trigger)),
        goal=row.condition("goal", on_the_way),
        exits=tuple(
            (name, row.parsed("exits", text, on_the_way))
            for name, text in row.mapping("exits").items()
        ),
        lasts=row.span("lasts", least=MINUTE),
        anchor=_instant(row, "anchor", trigger) if row.has("anchor") else None,
        reentry_after=row.span("reentry_after"),
        migration=row.one_of("migration", _MIGRATIONS),
        first=row.text("first"),
        steps={step.id: step for _, step in steps},
        events=_leads(row, vocabulary.TRIGGERS, "event"),
        moves=row.mapping("moves"),
    )
    row.names("tags", tags)
    check(row, journey, steps)
    return dated(row, "journey", (journey_id,), journey)


def _step(row: Row, trigger: str, words: Mapping[str, Unit]) -> JourneyStep:
    if row.has("branch"):
        return _branch(row, words)
    wait = row.one_of("wait", _WAITS) if row.has("wait") else None
    after, to, since = _leaving(row, wait, trigger)
    on = _leads(row, vocabulary.TASK_ENDS | vocabulary.TRIGGERS.keys(), "outcome or event")
    step = JourneyStep(
        id=row.name("id"),
        do=row.name("do") if row.has("do") else None,
        wait=wait,
        after=after,
        to=to,
        on={name: to for name, to in on.items() if name in vocabulary.TASK_ENDS},
        events={name: to for name, to in on.items() if name in vocabulary.TRIGGERS},
        since=since,
    )
    if wait == "reply" and step.do is None:
        row.fault('a wait for a reply needs something to reply to; write do = "…"', "wait")
    if wait != "reply" and step.do is not None:
        row.fault('a step that does something waits for it; write wait = "reply"', "do")
    row.done()
    return step


def _leads(row: Row, known: Collection[str], what: str) -> Mapping[str, str]:
    """What `on` says: where each outcome or event leads."""
    leads = row.mapping("on")
    for name in leads:
        row.known("on", name, known, what=what)
    return leads


def _branch(row: Row, words: Mapping[str, Unit]) -> JourneyStep:
    """A step that does nothing and waits for nothing: it only chooses the way on."""
    step_id, ways = row.name("id"), row.rows("branch")
    row.done()
    if len(ways) != 1:
        row.fault('write one branch = { when = "…", then = "call", else = "end" }', "branch")
        return JourneyStep(step_id, do=None, wait=None, after=0, to="", on={})
    way = ways[0]
    to, otherwise = way.text("then"), way.text("else")
    when = way.condition("when", words)
    way.done()
    return JourneyStep(
        step_id, do=None, wait=None, after=0, to=to, on={}, when=when, otherwise=otherwise
    )


def _leaving(row: Row, wait: str | None, trigger: str) -> tuple[int, str, str | None]:
    """How long a step waits, the step that follows then, and the instant that it counts from."""
    if wait is None:
        return 0, row.text("then"), None
    timeouts = row.rows("timeout")
    if not timeouts:
        row.fault(
            f'wait = "{wait}" has no timeout; write timeout = {{ after = "3d", to = "end" }}',
            "wait",
        )
        return 0, "", None
    timeout = timeouts[0]
    after, to = timeout.span("after", least=MINUTE), timeout.text("to")
    since = _instant(timeout, "since", trigger) if timeout.has("since") else None
    timeout.done()
    return after, to, since


def _instance_key(row: Row, trigger: str) -> tuple[str, tuple[str, ...]]:
    template = row.text("instance_key")
    said = vocabulary.TRIGGERS.get(trigger, {})
    try:
        names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    except ValueError as error:
        row.fault(f"'instance_key': {error}; write names in braces: {{product}}", "instance_key")
        return template, ()
    for name in names:
        row.known("instance_key", name, said, what="variable")
    if template and not names:
        row.fault("'instance_key' names no variable; write {product}", "instance_key")
    return template, tuple(names)


def _instant(row: Row, key: str, trigger: str) -> str:
    said = vocabulary.TRIGGERS.get(trigger, {})
    instants = [name for name, unit in said.items() if unit is Unit.INSTANT]
    return row.one_of(key, instants)
