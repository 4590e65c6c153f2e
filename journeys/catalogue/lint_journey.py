"""One journey, looked at as a graph: every step reachable, no loop without a wait, no way lost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from journeys.catalogue.definitions import END, Journey, JourneyStep
from journeys.catalogue.rows import Row
from journeys.condition import near


def check(row: Row, journey: Journey, steps: Sequence[tuple[Row, JourneyStep]]) -> None:
    """Note what is wrong with a journey's steps, each at its own line."""
    if not steps:
        row.fault(f"journey '{journey.id}' has no step; write [[journey.step]]")
        return
    _check_ids(journey, steps)
    _check_targets(row, journey, steps)
    reached = reachable(journey.steps, journey.first)
    for at, step in steps:
        if step.id not in reached and journey.first in journey.steps:
            at.fault(f"{_named(journey, step)} is never reached; lead to it or remove it")
        if step.id in _after(journey.steps, step.id, only_instant=True):
            at.fault(
                f"{_named(journey, step)} is in a loop without a wait; "
                'give one of its steps wait = "time" and a timeout'
            )


def check_slots(row: Row, journey: Journey, marketing: Iterable[str]) -> None:
    """Note a loop through a marketing action: it could ask for slots without bound."""
    sold = frozenset(marketing)
    for step in journey.steps.values():
        if step.do in sold and step.id in _after(journey.steps, step.id, only_instant=False):
            row.fault(
                f"{_named(journey, step)} markets in a loop ('{step.do}' is marketing); "
                "lead out of the loop, so that its slots are bounded"
            )


def reachable(steps: Mapping[str, JourneyStep], first: str) -> frozenset[str]:
    """The steps that a run can come to."""
    return _after(steps, first, only_instant=False) | {first}


def _check_ids(journey: Journey, steps: Sequence[tuple[Row, JourneyStep]]) -> None:
    seen: set[str] = set()
    for at, step in steps:
        if step.id == END:
            at.fault(f"'{END}' is no name for a step: it ends the journey; rename it", "id")
        if step.id in seen:
            at.fault(f"{_named(journey, step)} stands twice; rename one", "id")
        seen.add(step.id)


def _check_targets(row: Row, journey: Journey, steps: Sequence[tuple[Row, JourneyStep]]) -> None:
    if journey.first and journey.first not in journey.steps:
        hint = near(journey.first, journey.steps) or "; write the id of a step"
        row.fault(f"journey '{journey.id}' begins at unknown step '{journey.first}'{hint}", "first")
    for at, step in steps:
        leaves = "timeout" if step.wait is not None else "then"
        ways = [(leaves if step.when is None else "branch", step.to), ("branch", step.otherwise)]
        ways += [("on", target) for target in step.on.values()]
        for key, target in ways:
            if target and target != END and target not in journey.steps:
                hint = near(target, [*journey.steps, END]) or '; write the id of a step, or "end"'
                at.fault(f"{_named(journey, step)} leads to unknown step '{target}'{hint}", key)


def _after(steps: Mapping[str, JourneyStep], start: str, *, only_instant: bool) -> frozenset[str]:
    """Where a run can come from a step, passing through instant steps only if asked so."""
    found: set[str] = set()
    open_ = [start]
    while open_:
        step = steps.get(open_.pop())
        if step is None or (only_instant and step.wait is not None):
            continue
        for target in _targets(step):
            if target not in found and target in steps:
                found.add(target)
                open_.append(target)
    return frozenset(found)


def _targets(step: JourneyStep) -> Iterator[str]:
    yield step.to
    yield step.otherwise
    yield from step.on.values()


def _named(journey: Journey, step: JourneyStep) -> str:
    return f"journey '{journey.id}': step '{step.id}'"
