"""Who was reached, who complained, who was guided to a diagnosis; and caps, counted anew."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.edition import ContactPolicy
from journeys.measures.rolling import Cap, Move, Touched, busiest, reached_by_client
from schemas.facts import JourneyMove
from schemas.tasks import Outcome, TaskState
from schemas.time import DAY, SECOND, Instant
from schemas.wire import Method
from streams.readmodel import tables as base
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import PEOPLE, Asked, Book, during, within
from streams.readmodel.measuring.figure import Figure, of_shares, plain
from streams.readmodel.measuring.goals import Shown

_SPOKE: Final = tuple(
    each.value for each in Outcome if each not in (Outcome.UNREACHABLE, Outcome.WRONG_PERSON)
)
"""Outcomes of an exchange: the client said something."""
_TIERS: Final = ("private", "wealth", "mass")


class Talk(NamedTuple):
    """A task that was completed with an exchange."""

    client: str
    desk: str | None
    channel: str
    ended: Instant
    seconds: float | None
    """Since it began; `None` where nobody said when, or no person spoke."""


def talks(connection: Connection, asked: Asked) -> Sequence[Talk]:
    """Every exchange over a task that ended in the period."""
    c = t.task_moves.c
    began = (
        select(c.task_id, func.max(c.at).label("at"))
        .where(c.state == TaskState.STARTED.value)
        .group_by(c.task_id)
        .subquery()
    )
    rows = connection.execute(
        select(c.client, c.desk, c.channel, c.at, began.c.at.label("began"))
        .outerjoin(began, began.c.task_id == c.task_id)
        .where(
            c.state == TaskState.COMPLETED.value,
            c.outcome.in_(_SPOKE),
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
    )
    return [
        Talk(r.client, r.desk, r.channel, Instant(r.at), _seconds(r.channel, r.began, r.at))
        for r in rows
    ]


def _seconds(channel: str, began: int | None, ended: int) -> float | None:
    return None if began is None or channel not in PEOPLE else (ended - began) / SECOND


def reach(connection: Connection, asked: Asked, book: Book, spoken: Sequence[Talk]) -> list[Figure]:
    """Of the whole book and by tier: whom a cut of the targets leaves out still counts below."""
    rule = asked.rule("reach")
    least = rule.numbers["talk_seconds"]
    reached = {talk.client for talk in spoken if talk.seconds is None or talk.seconds >= least}
    reached |= _came(connection, asked) | _visited(connection, asked)
    cases = {client: (int(client in reached), 1) for client in book}
    found = [of_shares(rule, cases, book)]
    for tier in _TIERS:
        mine = {client: each for client, each in cases.items() if book[client].tier == tier}
        if mine:
            found.append(of_shares(rule, mine, book, part=tier))
    return found


def _came(connection: Connection, asked: Asked) -> set[str]:
    """Who raised a need, in whatever channel."""
    c = base.case_lines.c
    opened = select(c.client).where(
        c.kind == "case", c.word == "opened", during(c.at, (asked.starts, asked.ends))
    )
    return set(connection.scalars(opened.distinct()))


def _visited(connection: Connection, asked: Asked) -> set[str]:
    """With whom a desk went through a diagnosis."""
    c = base.diagnoses.c
    held = select(c.client).where(c.desk.is_not(None), during(c.at, (asked.starts, asked.ends)))
    return set(connection.scalars(held.distinct()))


def complaints(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Clients who complained: what contacts cost."""
    rule, c = asked.rule("complaints"), t.journey_moves.c
    entered = select(c.client).where(
        c.journey.in_(rule.words["journeys"]),
        c.move == JourneyMove.ENTERED.value,
        during(c.at, (asked.starts, asked.ends)),
    )
    who = set(connection.scalars(entered.distinct()))
    return of_shares(rule, {client: (int(client in who), 1) for client in book}, book)


def self_diagnosis(
    connection: Connection, asked: Asked, book: Book, shown: Sequence[Shown]
) -> Figure:
    """Of all clients of the tiers: who was guided to the page and finished it."""
    rule, c = asked.rule("self_diagnosis"), base.diagnoses.c
    span = asked.judged("self_diagnosis")
    rows = connection.execute(
        select(c.client, c.at).where(c.desk.is_(None), during(c.at, (span[0], asked.ends)))
    )
    finished = defaultdict(list)
    for row in rows:
        finished[row.client].append(row.at)
    guided = [
        task
        for task in shown
        if task.action in rule.words["actions"] and span[0] <= task.at < span[1]
    ]
    met = {
        task.client
        for task in guided
        if any(task.at <= at <= task.at + rule.window for at in finished[task.client])
    }
    ground = {client for client, who in book.items() if who.tier in rule.words["tiers"]}
    cases = {client: (int(client in met), 1) for client in ground}
    beside = {"guided": len({task.client for task in guided} & ground)}
    return of_shares(rule, cases, book, has_control=False, beside=beside)


def caps(policy: ContactPolicy) -> tuple[Cap, ...]:
    """Every cap on marketing contacts over a rolling window."""
    return (
        Cap("day", policy.marketing_per_day, DAY),
        Cap("week", policy.marketing_per_week, 7 * DAY),
        Cap("calls_week", policy.calls_per_week, 7 * DAY, Method.CALL.value),
    )


def caps_of_outlets(catalogue: Catalogue, moment: Instant) -> tuple[Cap, ...]:
    """Caps that are tighter for the clients of an outlet than the bank's, outlet by outlet."""
    wider = caps(catalogue.at(moment).contact)
    return tuple(
        own._replace(outlet=outlet)
        for outlet in sorted(catalogue.outlets)
        for own, bank in zip(caps(catalogue.serving(outlet).at(moment).contact), wider, strict=True)
        if own.most < bank.most
    )


def overshoot(connection: Connection, asked: Asked) -> list[Figure]:
    """Clients beyond a cap, by cap, counted from contacts alone."""
    rule, found = asked.rule("overshoot"), touches(connection, asked).values()
    figures = []
    for cap in caps(asked.edition.contact):
        most = [busiest(mine, cap) for mine in found]
        over = sum(each > cap.most for each in most)
        beside = {"most": max(most, default=0), "cap": cap.most}
        figures.append(plain(rule, over, n=len(most), part=cap.id, beside=beside))
    return figures


def touches(connection: Connection, asked: Asked) -> Mapping[str, list[Touched]]:
    """By client the marketing contacts that reached them, from a window before the period on."""
    c = t.contact_moves.c
    longest = max(cap.window for cap in caps(asked.edition.contact))
    rows = connection.execute(
        select(c.client, c.task_id, c.change, c.method, c.touched_at)
        .where(
            during(c.touched_at, (Instant(asked.starts - longest), asked.ends)),
            within(asked, c.client),
        )
        .order_by(c.client, c.seq)
    )
    return reached_by_client(
        Move(r.client, r.task_id, r.change, r.method, r.touched_at) for r in rows
    )
