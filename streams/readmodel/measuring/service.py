"""Cases solved at once, what clients say of the bank, diagnoses held in time."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, case, func, select

from journeys.client.wealth.document.plan import Done, PlanRules, plan
from journeys.client.wealth.returns.promoters import PromoterScore, promoter_score
from journeys.measures.means import Mean, difference
from journeys.measures.shares import Lift
from schemas.time import Instant
from streams.readmodel import tables as base
from streams.readmodel.measuring import tables as t
from streams.readmodel.measuring.asked import Asked, Book, Person, day_of, during, within
from streams.readmodel.measuring.figure import Figure, Side, missing, of_shares
from streams.readmodel.measuring.promoters import answers

_Z = 1.959964


def first_contact(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Of cases old enough to be judged; one that nobody has judged by then was not met."""
    c = base.case_lines.c
    opened = (
        select(c.case_id, c.client)
        .where(
            c.kind == "case",
            c.word == "opened",
            during(c.at, asked.judged("first_contact")),
            within(asked, c.client),
        )
        .distinct()
        .subquery()
    )
    is_met = case(((c.kind == "first_contact") & (c.word == "met"), 1), else_=0)
    rows = connection.execute(
        select(opened.c.client, func.max(is_met).label("met"))
        .join(base.case_lines, c.case_id == opened.c.case_id)
        .group_by(opened.c.case_id, opened.c.client)
    )
    hits, trials = Counter[str](), Counter[str]()
    for row in rows:
        hits[row.client] += row.met
        trials[row.client] += 1
    cases = {client: (hits[client], trials[client]) for client in trials}
    return of_shares(asked.rule("first_contact"), cases, book)


def promoters(connection: Connection, asked: Asked, book: Book) -> Figure:
    """The net promoter score of answers that were asked for by rule, the newest of each client."""
    rule = asked.rule("promoters")
    # A question may stand over the period's beginning: whether it was answered before is asked too.
    since = Instant(asked.starts - asked.edition.promoters.ask_stands)
    told = answers(connection, asked, since=since)
    newest = {one.client: one.answer for one in told if one.is_by_rule and one.at >= asked.starts}
    if not newest and connection.execute(select(t.answers.c.event_id).limit(1)).first() is None:
        return missing(rule, "promoter_answers")
    found = _scored(newest, asked)
    treated, control = (
        _scored(_of(newest, book, is_control=is_control), asked) for is_control in (False, True)
    )
    reach = None if found.error is None else _Z * found.error
    is_shown = found.is_published and found.score is not None and reach is not None
    return Figure(
        measure=rule.id,
        n=found.answers,
        value=found.score if is_shown else None,
        low=found.score - reach if is_shown else None,  # type: ignore[operator]  # by is_shown
        high=found.score + reach if is_shown else None,  # type: ignore[operator]
        status="shown" if is_shown else "few",
        treated=_side(treated),
        control=_side(control),
        lift=_apart(treated, control),
    )


def _apart(treated: PromoterScore, control: PromoterScore) -> Lift | None:
    both = [
        Mean(each.answers, each.score, each.error)
        for each in (treated, control)
        if each.is_published and each.score is not None and each.error is not None
    ]
    return difference(*both) if len(both) == len((treated, control)) else None


def _scored(given: Mapping[str, int], asked: Asked) -> PromoterScore:
    return promoter_score(tuple(given.values()), asked.edition.promoters)


def _of(given: Mapping[str, int], book: Book, *, is_control: bool) -> dict[str, int]:
    return {
        client: answer
        for client, answer in given.items()
        if client in book and book[client].is_control is is_control
    }


def _side(found: PromoterScore) -> Side:
    return Side(n=found.answers, value=found.score if found.is_published else None)


def diagnoses(connection: Connection, asked: Asked, book: Book) -> Figure:
    """Of the diagnoses that fell due in the period: how many were complete in time."""
    rules = asked.edition.plan
    done = _held(connection, asked)
    first = _served_since(connection, asked)
    first_day, after = asked.days_between
    cases = {
        client: (sum(owed), len(owed))
        for client, who in book.items()
        if _is_owed(who, rules) and first.get(client, asked.ends) < asked.starts
        if (owed := _in_time(done.get(client, ()), rules, first_day, after))
    }
    all_held = (one.day for each in done.values() for one in each)
    beside = {"held": sum(first_day <= day < after for day in all_held)}
    return of_shares(asked.rule("diagnoses"), cases, book, has_control=False, beside=beside)


def _is_owed(who: Person, rules: PlanRules) -> bool:
    return who.tier in rules.tiers


def _held(connection: Connection, asked: Asked) -> Mapping[str, Sequence[Done]]:
    c = base.diagnoses.c
    rows = connection.execute(
        select(c.client, c.at, c.desk, c.data_day)
        .where(c.is_complete, c.at < asked.ends, within(asked, c.client))
        .order_by(c.at)
    )
    found: dict[str, list[Done]] = defaultdict(list)
    for row in rows:
        found[row.client].append(
            Done(
                day=day_of(row.at),
                by=row.desk or "",
                data_day=date.fromisoformat(row.data_day),
                complete=True,
                shown=True,
                step_agreed=True,
                record_closed=True,
            )
        )
    return found


def _served_since(connection: Connection, asked: Asked) -> Mapping[str, int]:
    """Since when each client is served: nobody is owed one for a time before they came."""
    c = base.served.c
    first = select(c.client, func.min(c.at).label("at")).group_by(c.client)
    return {row.client: row.at for row in connection.execute(first.where(within(asked, c.client)))}


def _in_time(done: Sequence[Done], rules: PlanRules, starts: date, ends: date) -> Sequence[bool]:
    """For each diagnosis that fell due between two days: was it held by then?"""
    found = []
    for year in range(starts.year, ends.year + 1):
        counted = plan(done, rules, year=year).counted
        for number, (month, day) in enumerate(rules.due, start=1):
            due = date(year, month, day)
            if starts <= due < ends:
                found.append(sum(one.day <= due for one in counted) >= number)
    return found
