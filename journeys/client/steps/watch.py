"""Open tasks that sell stay under watch: whatever a verdict rests on may change before the sale.

After every event that touched an input the rows run again. What may be sold no longer is recalled
with the row as its reason, also from a desk that has it in hand; a sale that now wants other steps
is told again. A verdict that has become better revives nothing.
"""

from msgspec.structs import replace

from journeys.client.state import TaskRow
from journeys.client.steps import decisions, sales, tasks
from journeys.client.steps.draft import Draft
from journeys.decide import suitability
from journeys.decide.verdict import Sale, Withheld
from schemas.wire import Channel

_CALENDAR = frozenset({"clock", "edge"})
"""Timers at which a test lapses, a birthday comes, a lot nears its maturity."""


def review(draft: Draft) -> None:
    """Judge anew every open sale whose inputs this cause may have changed."""
    selling = [row for row in draft.tasks if sales.sells(row)]
    if not selling:
        return
    is_touched = draft.cause.kind in _CALENDAR or any(
        old is not new for old, new in zip(draft.began, draft.inputs(), strict=True)
    )
    for row in selling:
        sale = sales.sale_of(row)
        may_differ = is_touched or sales.is_outdated(row, draft.reference, draft.edition)
        if sale is not None and may_differ:
            _judge(draft, row, sale)


def _judge(draft: Draft, row: TaskRow, sale: Sale) -> None:
    found = suitability.recheck(sale, decisions.situation(draft, draft.state(), "watch"))
    if isinstance(found, Withheld):
        tasks.recall(draft, row, found.rule or str(found.reason))
        return
    stands = replace(sale, version=draft.reference.newest[sale.buy], rulings=found)
    treatment = draft.edition.treatments.get(row.treatment)
    if treatment is not None and row.channel != Channel.BRANCH:
        no = suitability.in_person(stands, treatment, draft.edition)
        if no is not None:
            tasks.recall(draft, row, no.rule or str(no.reason))
            return
    other = tuple(said for said in row.reasons if said[0] not in sales.CODES)
    new = replace(row, reasons=(*sales.reasons(stands, draft.edition), *other))
    if new.reasons != row.reasons:
        tasks.change(draft, new, row.state, reason=row.state_reason)
