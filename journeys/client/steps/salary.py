"""Salaries that leave as they come: the months running in which almost all of one went on at once.

Kept are the months that speak for a dormant account, and the payday that is being watched. The
first salary that stays ends the row, so of most clients nothing is kept.
"""

from msgspec.structs import replace

from journeys.catalogue.edition import SalaryRules
from journeys.client.journey.instance import Value
from journeys.client.state import Payday
from journeys.client.steps import journeys
from journeys.client.steps.draft import Draft
from schemas.signals.corebank import Flow, FlowKind
from schemas.time import Instant

_MOST_MARKS = 4
"""Events that one month rests on, as many as the state keeps."""


def on_flow(draft: Draft, said: Flow, at: Instant) -> None:
    """Watch a salary from its payday on; `at` is the flow's own time. Yuan only."""
    if draft.paydays and _is_over(draft.paydays[-1], at, draft.edition.salary):
        draft.paydays = ()
    if said.direction == "in" and said.kind is FlowKind.SALARY and not said.own_account:
        _come(draft, said, at)
    elif said.direction == "out" and draft.paydays and said.kind is not FlowKind.PURCHASE:
        _go(draft, said, at)


def on_due(draft: Draft) -> None:
    """A dormant account's salary is still there: it was kept, and the months start anew."""
    (*_, last) = draft.paydays
    draft.paydays = ()
    journeys.trigger(draft, "salary_kept", {"account": last.account}, last.marks)


def forget(draft: Draft, mark: int) -> None:
    """A flow was taken back, and its month with it: those before it no longer run on."""
    row = draft.paydays
    for place, month in enumerate(row):
        if mark in month.marks:
            draft.paydays = row[place + 1 :] or row[:-1]


def _is_over(last: Payday, at: Instant, rules: SalaryRules) -> bool:
    """Has the row ended by then: no salary came any more, or one stayed?"""
    return at > last.at + (rules.apart_most if last.has_left or last.due else rules.within)


def _come(draft: Draft, said: Flow, at: Instant) -> None:
    rules, row, mark = draft.edition.salary, draft.paydays, draft.cause.mark
    if row and (row[-1].account != said.account or at < row[-1].at + rules.apart_least):
        return
    if row and row[-1].due is not None:
        on_due(draft)
    left = draft.paydays[-rules.months :]
    is_dormant = len(left) == rules.months
    due = Instant(at + rules.kept) if is_dormant else None
    payday = Payday(at, said.account, said.amount.amount_minor, (mark,), due=due)
    draft.paydays = (*left, payday)
    variables: dict[str, Value] = {"account": said.account, "salary": payday.fen, "payday": at}
    journeys.trigger(draft, "salary", variables, (mark,))
    if is_dormant:
        causes = (mark, *(one for month in left for one in month.marks))
        journeys.trigger(draft, "salary_left", variables, causes)


def _go(draft: Draft, said: Flow, at: Instant) -> None:
    (*months, last) = draft.paydays
    if last.has_left or said.account != last.account or at < last.at:
        return
    out = last.out_fen + said.amount.amount_minor
    has_left = out >= draft.edition.salary.share * last.fen
    marks = (*last.marks, draft.cause.mark)[:_MOST_MARKS]
    due = None if has_left else last.due
    last = replace(last, out_fen=out, has_left=has_left, marks=marks, due=due)
    draft.paydays = (*months, last)
