"""Integrity checks: what looks like moving a figure. They flag for review and judge nobody."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, select

from journeys.desk.book.integrity import Trade, Watched, flags
from journeys.measures.rolling import most_within
from schemas.cases import CaseLife
from schemas.signals.corebank import PositionCause
from schemas.time import DAY, MINUTE, Instant, start_of_day
from streams.readmodel import tables as base
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, day_of, during, within
from streams.readmodel.measuring.contacts import Talk
from streams.readmodel.measuring.promoters import answers

_BANK_OFFSET_MINUTES: Final = 480
_FEN_OF_WAN: Final = 1_000_000
_QUARTER_MONTHS: Final = (1, 4, 7, 10)


class Flag(NamedTuple):
    """What a check found at one place."""

    check: str
    where: str
    """A desk, a method of contact, a unit that owns cases."""
    many: int


class Checked(NamedTuple):
    """A check that could be made, and what it found; nothing found is a result too."""

    check: str
    looked_at: int
    """Talks, cases, contacts, answers or clients that it read."""
    flags: Sequence[Flag]


_Found = tuple[int, Mapping[str, int]]
"""How much was looked at, and how many were found, by place."""


def checked(
    connection: Connection, asked: Asked, book: Book, talks: Sequence[Talk]
) -> list[Checked]:
    """Every check of the policy over the period."""
    found: dict[str, Callable[[], _Found]] = {
        "trade_before_diagnosis": lambda: _for_show(connection, asked, book),
        "short_talk": lambda: _short(talks, asked),
        "burst": lambda: _bursts(talks, asked),
        "case_split": lambda: _split(connection, asked),
        "closed_unconfirmed": lambda: _unconfirmed(connection, asked),
        "crossed_recall": lambda: _crossed(connection, asked),
        "outside_contact": lambda: _outside(connection, asked),
        "promoters_off_rule": lambda: _off_rule(connection, asked),
        "churn": lambda: _churned(connection, asked, book),
        "class_before_sale": lambda: _raised(connection, asked, book),
        "test_device": lambda: _tested(connection, asked, book),
        "quarter_end": lambda: _quarter_end(connection, asked, book),
    }
    return [_told(name, *found[name]()) for name in asked.edition.checks]


def _told(check: str, looked_at: int, by_place: Mapping[str, int]) -> Checked:
    ordered = sorted(by_place.items(), key=lambda each: (-each[1], each[0]))
    return Checked(check, looked_at, [Flag(check, *each) for each in ordered if each[1]])


def _short(talks: Sequence[Talk], asked: Asked) -> _Found:
    least = asked.edition.checks["short_talk"].numbers["talk_seconds"]
    timed = [talk for talk in talks if talk.seconds is not None]
    short = (talk.desk or "" for talk in timed if (talk.seconds or 0.0) < least)
    return len(timed), Counter(short)


def _bursts(talks: Sequence[Talk], asked: Asked) -> _Found:
    """By desk the most talks that ended within the span, where it is as many as the check says."""
    numbers = asked.edition.checks["burst"].numbers
    by_desk: dict[str, list[Instant]] = defaultdict(list)
    for talk in talks:
        if talk.desk is not None:
            by_desk[talk.desk].append(talk.ended)
    most = {
        desk: most_within(sorted(times), numbers["minutes"] * MINUTE)
        for desk, times in by_desk.items()
    }
    return sum(map(len, by_desk.values())), {
        desk: many for desk, many in most.items() if many >= numbers["talks"]
    }


def _split(connection: Connection, asked: Asked) -> _Found:
    apart = asked.edition.checks["case_split"].numbers["days"] * DAY
    lines, cases = base.case_lines.c, base.cases.c
    rows = connection.execute(
        select(lines.client, cases.case_type, cases.owner, lines.at)
        .join(base.cases, cases.case_id == lines.case_id)
        .where(
            lines.kind == "case",
            lines.word == "opened",
            during(lines.at, (Instant(asked.starts - apart), asked.ends)),
            within(asked, lines.client),
        )
        .order_by(lines.client, cases.case_type, lines.at)
    ).all()
    found = Counter(
        one.owner
        for before, one in pairwise(rows)
        if (before.client, before.case_type) == (one.client, one.case_type)
        and one.at - before.at <= apart
        and one.at >= asked.starts
    )
    return sum(row.at >= asked.starts for row in rows), found


def _unconfirmed(connection: Connection, asked: Asked) -> _Found:
    c = base.cases.c
    rows = connection.execute(
        select(c.owner, c.doc).where(
            c.life == CaseLife.CLOSED.value,
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
    ).all()
    return len(rows), Counter(row.owner for row in rows if row.doc.get("confirmed") is None)


def _crossed(connection: Connection, asked: Asked) -> _Found:
    c = t.task_moves.c
    rows = connection.execute(
        select(c.desk, c.channel, c.crossed).where(
            c.state == "completed",
            during(c.at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
    ).all()
    return len(rows), Counter(row.desk or row.channel for row in rows if row.crossed)


def _outside(connection: Connection, asked: Asked) -> _Found:
    c = t.contact_moves.c
    rows = connection.execute(
        select(c.method, c.change).where(
            c.change.in_(("spent", "outside")),
            during(c.touched_at, (asked.starts, asked.ends)),
            within(asked, c.client),
        )
    ).all()
    return len(rows), Counter(row.method for row in rows if row.change == "outside")


def _off_rule(connection: Connection, asked: Asked) -> _Found:
    """Not asked for by the rule, or sooner after the answer before than the rule allows."""
    apart = asked.edition.promoters.ask_every
    before: dict[str, int] = {}
    looked_at, found = 0, Counter[str]()
    for one in answers(connection, asked, since=Instant(asked.starts - apart)):
        if one.at >= asked.starts:
            looked_at += 1
            is_soon = one.client in before and one.at - before[one.client] < apart
            found[one.place] += is_soon or not one.is_by_rule
        before[one.client] = one.at
    return looked_at, found


def _moves(
    connection: Connection, asked: Asked, cause: PositionCause, *which: ColumnElement[bool]
) -> Mapping[str, Sequence[Trade]]:
    """By client how positions changed for a cause: each less the version before it.

    A position whose version before was never told is left out: nobody knows how it changed.
    """
    earlier = t.holdings.alias()
    c, before = t.holdings.c, earlier.c
    same = ("client", "account", "product")
    rows = connection.execute(
        select(c.client, c.product, c.at, (c.fen - before.fen).label("fen"))
        .join(
            earlier,
            and_(before.version == c.version - 1, *(before[name] == c[name] for name in same)),
        )
        .where(c.cause == cause.value, within(asked, c.client), *which)
        .order_by(c.client, c.at)
    )
    found: dict[str, list[Trade]] = defaultdict(list)
    for row in rows:
        found[row.client].append(Trade(day_of(row.at), row.product, row.fen))
    return found


def _for_show(connection: Connection, asked: Asked, book: Book) -> _Found:
    """By adviser: clients who traded just before a diagnosis and undid it soon after."""
    d = base.diagnoses.c
    held: dict[str, list[date]] = defaultdict(list)
    rows = connection.execute(
        select(d.client, d.at).where(
            d.is_complete, during(d.at, (asked.starts, asked.ends)), within(asked, d.client)
        )
    )
    for row in rows:
        held[row.client].append(day_of(row.at))
    c = t.holdings.c
    near = (c.client.in_(sorted(held)), c.at < asked.ends)
    moved = _moves(connection, asked, PositionCause.TRADE, *near)
    found = Counter[str]()
    for client, days in held.items():
        watched = Watched(trades=tuple(moved.get(client, ())), diagnoses=tuple(days))
        if flags(watched, asked.edition.book, ends=day_of(asked.ends)):
            found[_adviser(book, client)] += 1
    return len(held), found


def _adviser(book: Book, client: str) -> str:
    """Whose client it is; empty where nobody's."""
    who = book.get(client)
    return "" if who is None else who.rm or who.team or ""


def _churned(connection: Connection, asked: Asked, book: Book) -> _Found:
    """By adviser: clients who sold in the period what they had bought not long before."""
    numbers, c = asked.edition.checks["churn"].numbers, t.holdings.c
    since = Instant(asked.starts - numbers["days"] * DAY)
    traded = _moves(connection, asked, PositionCause.TRADE, during(c.at, (since, asked.ends)))
    least, found = numbers["least_wan"] * _FEN_OF_WAN, Counter[str]()
    for client, moves in traded.items():
        bought = (move for move in moves if move.fen >= least)
        if any(_sold_half(each, moves, asked, numbers["days"]) for each in bought):
            found[_adviser(book, client)] += 1
    return len(traded), found


def _sold_half(bought: Trade, moves: Sequence[Trade], asked: Asked, days: int) -> bool:
    """Was half of it or more sold within so many days, the last of that in the period?"""
    sold = [
        move
        for move in moves
        if move.product == bought.product
        and move.fen < 0
        and 0 <= (move.day - bought.day).days <= days
    ]
    is_now = any(move.day >= day_of(asked.starts) for move in sold)
    return is_now and -2 * sum(move.fen for move in sold) >= bought.fen


def _raised(connection: Connection, asked: Asked, book: Book) -> _Found:
    """By adviser: clients who bought just after their class had risen."""
    days, c = asked.edition.checks["class_before_sale"].numbers["days"], t.holdings.c
    raised = _rises(connection, asked)
    bought = _moves(
        connection,
        asked,
        PositionCause.TRADE,
        during(c.at, (asked.starts, asked.ends)),
        c.client.in_(sorted(raised)),
    )
    found = Counter(
        _adviser(book, client)
        for client, rises in raised.items()
        if any(
            0 <= (move.day - day).days <= days
            for move in bought.get(client, ())
            for day in rises
            if move.fen > 0
        )
    )
    return len(raised), found


def _rises(connection: Connection, asked: Asked) -> Mapping[str, Sequence[date]]:
    """By client the days of risk tests with a higher class than the test before."""
    c = t.risk_tests.c
    rows = connection.execute(
        select(c.client, c.at, c.risk_class)
        .where(c.at < asked.ends, within(asked, c.client))
        .order_by(c.client, c.at, c.event_id)
    ).all()
    found: dict[str, list[date]] = defaultdict(list)
    for before, one in pairwise(rows):
        if before.client == one.client and one.risk_class > before.risk_class:
            found[one.client].append(day_of(one.at))
    return found


def _tested(connection: Connection, asked: Asked, book: Book) -> _Found:
    """By adviser: risk tests that the client did not take alone."""
    c = t.risk_tests.c
    rows = connection.execute(
        select(c.client, c.actor, c.device).where(
            during(c.at, (asked.starts, asked.ends)), within(asked, c.client)
        )
    ).all()
    wrong = [row for row in rows if row.actor != "client" or row.device != "client"]
    return len(rows), Counter(_adviser(book, row.client) for row in wrong)


def _quarter_end(connection: Connection, asked: Asked, book: Book) -> _Found:
    """By outlet: clients whose money came for a closing date and went again."""
    numbers, c = asked.edition.checks["quarter_end"].numbers, t.holdings.c
    least = numbers["least_wan"] * _FEN_OF_WAN
    found, looked_at = Counter[str](), 0
    for turn in _turns(asked):
        at = start_of_day(turn, utc_offset_minutes=_BANK_OFFSET_MINUTES)
        span = (Instant(at - numbers["days"] * DAY), Instant(at + numbers["days_after"] * DAY))
        flows = _moves(connection, asked, PositionCause.FLOW, during(c.at, span))
        looked_at += len(flows)
        for client, moves in flows.items():
            came = sum(move.fen for move in moves if move.fen > 0 and move.day < turn)
            went = -sum(move.fen for move in moves if move.fen < 0 and move.day >= turn)
            who = book.get(client)
            if min(came, went) >= least and who is not None:
                found[who.outlet or ""] += 1
    return looked_at, found


def _turns(asked: Asked) -> list[date]:
    """The first days of quarters that lie in the period."""
    first, last = asked.days_between
    days = (date(y, m, 1) for y in range(first.year, last.year + 1) for m in _QUARTER_MONTHS)
    return [day for day in days if first <= day <= last]
