"""The health of decisions: what there was to choose from, and why candidates were withheld."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import Connection, case, func, select

from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, during, within
from streams.readmodel.measuring.figure import Figure, of_means, of_shares

INBOUND = "inbound"


class Withheld(NamedTuple):
    """How many candidates fell for one reason."""

    stage: str
    reason: str
    many: int


def optionality(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Suitable actions of each client's newest decision in the period."""
    rule, c = asked.rule("optionality"), t.decided.c
    mine = (during(c.at, (asked.starts, asked.ends)), within(asked, c.client))
    last = select(c.client, func.max(c.at).label("at")).where(*mine).group_by(c.client).subquery()
    rows = connection.execute(
        select(c.client, func.max(c.suitable).label("suitable"))
        .join(last, (last.c.client == c.client) & (last.c.at == c.at))
        .group_by(c.client)
    )
    values = {row.client: float(row.suitable) for row in rows}
    least = rule.good_least or 0.0
    beside = {"with_enough": sum(value >= least for value in values.values())}
    return of_means(rule, values, book, beside=beside)


def no_action(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Of decisions on inbound contacts: how many chose nothing."""
    c = t.decided.c
    rows = connection.execute(
        select(
            c.client,
            func.sum(case((c.chosen == 0, 1), else_=0)).label("none"),
            func.count().label("all"),
        )
        .where(
            c.trigger == INBOUND,
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
        .group_by(c.client)
    )
    cases = {row.client: (row.none, row.all) for row in rows}
    return of_shares(asked.rule("no_action"), cases, book)


def withheld(connection: Connection, asked: Asked) -> list[Withheld]:
    """Candidates withheld in the period, by the stage and reason that they fell for; most first."""
    c = t.withheld.c
    rows = connection.execute(
        select(c.stage, c.reason, func.sum(c.many).label("many"))
        .where(during(c.at, (asked.starts, asked.ends)), within(asked, c.client))
        .group_by(c.stage, c.reason)
    )
    counted = Counter({(row.stage, row.reason): int(row.many) for row in rows})
    ordered = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return [Withheld(stage, reason, many) for (stage, reason), many in ordered]
