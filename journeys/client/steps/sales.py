"""What an open task proposes to sell, as the task itself says it.

The sale stands in the task's reasons: adviser, log and watch read the same, and a client to whom
nothing is being sold has nothing of it in their state.
"""

from collections.abc import Iterator
from typing import Final

from journeys.catalogue.edition import Edition
from journeys.client.state import TaskRow
from journeys.decide.verdict import Sale
from journeys.reference import Reference
from schemas.tasks import OPEN_STATES

SALE: Final = "sale"
"""The move: source and product, amounts in fen, the gain in points, versions it rests on."""
PASSED: Final = "rules_passed"
"""Rows that allowed it, by id, with their versions."""
STEPS: Final = "steps"
"""What has to be proved before the order, and by which row."""
CODES: Final = frozenset({SALE, PASSED, STEPS})
Said = tuple[str, dict[str, str | int | float]]


def reasons(sale: Sale, edition: Edition) -> Iterator[Said]:
    """The sale as reasons of its task, in order of name: a state read back lists them so."""
    yield (
        SALE,
        {
            "bought_fen": sale.bought_fen,
            "buy": sale.buy,
            "gain_points": round(sale.gain_points, 4),
            "policy": edition.suitability.stamp,
            "sell": sale.sell,
            "sold_fen": sale.sold_fen,
            "version": sale.version,
        },
    )
    passed = {one.rule: one.version for one in sale.rulings if one.verdict == "allow"}
    yield PASSED, dict(sorted(passed.items()))
    steps = {step: one.rule for one in sale.rulings for step in one.steps}
    if steps:
        yield STEPS, dict(sorted(steps.items()))


def sells(row: TaskRow) -> bool:
    """Is it an open task that sells something?"""
    # A sale is the first of its task's reasons: of most tasks nothing else is looked at.
    return bool(row.reasons) and row.reasons[0][0] == SALE and row.state in OPEN_STATES


def sale_of(row: TaskRow) -> Sale | None:
    """What an open task sells, without its rulings; `None` if it sells nothing or is closed."""
    if not sells(row):
        return None
    said = row.reasons[0][1]
    return Sale(
        sell=str(said["sell"]),
        buy=str(said["buy"]),
        version=int(said["version"]),
        sold_fen=int(said["sold_fen"]),
        bought_fen=int(said["bought_fen"]),
        gain_points=float(said["gain_points"]),
        rulings=(),
    )


def is_outdated(row: TaskRow, reference: Reference, edition: Edition) -> bool:
    """Does an open task rest on older facts of its product, or on other rows than those now?"""
    if not sells(row):
        return False
    said = row.reasons[0][1]
    is_older = reference.newest.get(str(said["buy"])) != said["version"]
    return is_older or said["policy"] != edition.suitability.stamp
