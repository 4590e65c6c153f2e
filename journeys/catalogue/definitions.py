"""Journeys as data: entry, instance key, steps with waits and time-outs, goal, exits."""

from collections.abc import Mapping

import msgspec

from journeys.condition import Condition

END = "end"
"""Where a time-out or an outcome may lead instead of a step: the journey is over."""


class JourneyStep(msgspec.Struct, frozen=True):
    """One state of a journey."""

    id: str
    do: str | None
    """The action to propose on entering, if any."""
    wait: str | None
    """`reply`, `event` or `time`; `None` for a step that leads on at once."""
    after: int
    """Microseconds until the time-out, from entering the step or from `since`."""
    to: str
    """The step that the time-out leads to, or `end`."""
    on: Mapping[str, str]
    """Where an outcome leads: a step, or `end`. An outcome not named keeps waiting."""
    events: Mapping[str, str] = {}
    """Where an event leads while the run is here, by the trigger that it fires."""
    since: str | None = None
    """An instant of the run that `after` counts from; `None`: from entering the step."""
    when: Condition | None = None
    """Of a branch: only where this holds it leads to `to`."""
    otherwise: str = ""
    """Of a branch: where it leads if `when` does not hold, or cannot be known."""


class Journey(msgspec.Struct, frozen=True):
    """One version of a journey."""

    id: str
    version: int
    name_zh: str
    name_en: str
    trigger: str
    instance_key: str
    """A template over the trigger's variables, such as `{product}:{maturity_date}`."""
    key_words: tuple[str, ...]
    """The variables in it: an event is a run's own if it says the same of them."""
    entry: Condition
    goal: Condition
    exits: tuple[tuple[str, Condition], ...]
    lasts: int
    """Microseconds until the whole run times out, from entry or from `anchor`."""
    anchor: str | None
    """A trigger variable of unit instant that `lasts` counts from."""
    reentry_after: int
    """Microseconds before the same key may enter again."""
    migration: str
    """What a running instance of another version does: `stay`, `move` or `end`."""
    first: str
    steps: Mapping[str, JourneyStep]
    events: Mapping[str, str] = {}
    """Where an event leads from any step that does not say so itself."""
    moves: Mapping[str, str] = {}
    """Of `move`: where an instance goes on, by the step it is in; one not named, where it is."""
