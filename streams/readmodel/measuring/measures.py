"""Every measure of a period, in the order of the scoreboard."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from streams.readmodel.measuring import (
    chances,
    choices,
    contacts,
    goals,
    rivals,
    service,
    wealth,
    work,
)
from streams.readmodel.measuring.asked import Asked, book
from streams.readmodel.measuring.checks import Checked, checked
from streams.readmodel.measuring.choices import Withheld
from streams.readmodel.measuring.figure import Figure
from streams.readmodel.measuring.goals import Funnel
from streams.readmodel.measuring.rivals import Pair, Standing


@dataclass(frozen=True, slots=True)
class Measured:
    """All figures of a period."""

    asked: Asked
    clients: int
    """In the book at the end of the period."""
    figures: Sequence[Figure]
    withheld: Sequence[Withheld]
    standings: Sequence[Standing]
    """Each action among its rivals."""
    pairs: Sequence[Pair]
    """Which action was chosen over which."""
    checks: Sequence[Checked]
    funnel: Funnel | None = None
    """Of the journey that is asked for."""


def measured(connection: Connection, asked: Asked) -> Measured:
    """Read every measure."""
    people = book(connection, asked)
    spoken = contacts.talks(connection, asked)
    shown = goals.shown(connection, asked)
    converted = goals.judged(connection, asked, shown, asked.rule("conversion"))
    worked = goals.judged(connection, asked, shown, asked.rule("productivity"))
    held = wealth.held_at(connection, asked, asked.ends)
    told = chances.contacts(connection, asked)
    races = rivals.races(connection, asked, told)
    figures = [
        *contacts.reach(connection, asked, people, spoken),
        goals.conversion(asked, people, converted),
        *goals.goals(connection, asked, people),
        service.first_contact(connection, asked, people),
        service.promoters(connection, asked, people),
        contacts.complaints(connection, asked, people),
        service.diagnoses(connection, asked, people),
        contacts.self_diagnosis(connection, asked, people, shown),
        wealth.organic_growth(connection, asked, people),
        wealth.value_return(connection, asked, people),
        *work.productivity(connection, asked, people, worked),
        wealth.assets(asked, people, held),
        wealth.retention(asked, people, wealth.held_at(connection, asked, asked.starts), held),
        wealth.revenue(connection, asked),
        choices.optionality(connection, asked, people),
        choices.no_action(connection, asked, people),
        chances.told_apart(asked, told),
        chances.skilled(asked, told),
        rivals.contested(asked, people, races),
        rivals.changed_by_levers(asked, people, races),
        *contacts.overshoot(connection, asked),
    ]
    return Measured(
        asked=asked,
        clients=len(people),
        figures=figures,
        withheld=choices.withheld(connection, asked),
        standings=rivals.standings(asked, people, races, told),
        pairs=rivals.pairs(asked, people, races, told),
        checks=checked(connection, asked, people, spoken),
        funnel=goals.funnel(connection, asked),
    )
