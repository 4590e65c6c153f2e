"""One journey, looked at as a graph: every step reachable, no loop without a wait, no way lost."""

from collections.abc import Iterable, Iterator, Sequence

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
    reached = _after(journey, journey.first, only_instant=False) | {journey.first}
    for at, step in steps:
        if step.id not in reached and journey.first in journey.steps:
            at.fault(f"{_named(journey, step)} is never reached; lead to it or remove it")
        if step.id in _after(journey, step.id, only_instant=True):
            at.fault(
                f"{_named(journey, step)} is in a loop without a wait; "
                'give one of its steps wait = "time" and a timeout'
            )
        if step.wait == "event" and not (step.events or journey.events):
            at.fault(f"{_named(journey, step)} waits for no event; name one in 'on'", "wait")


def check_slots(row: Row, journey: Journey, marketing: Iterable[str]) -> None:
    """Note a loop through a marketing action: it could ask for slots without bound."""
    sold = frozenset(marketing)
    for step in journey.steps.values():
        if step.do in sold and step.id in _after(journey, step.id, only_instant=False):
            row.fault(
                f"{_named(journey, step)} markets in a loop ('{step.do}' is marketing); "
                "lead out of the loop, so that its slots are bounded"
            )


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
    for target in journey.events.values():
        _check_target(row, f"journey '{journey.id}'", journey, target, "on")
    for target in journey.moves.values():
        _check_target(row, f"journey '{journey.id}'", journey, target, "moves")
    if journey.moves and journey.migration != "move":
        row.fault(f"'moves' goes with migration = \"move\", not '{journey.migration}'", "moves")
    for at, step in steps:
        leaves = "timeout" if step.wait is not None else "then"
        ways = [(leaves if step.when is None else "branch", step.to), ("branch", step.otherwise)]
        ways += [("on", target) for target in (*step.on.values(), *step.events.values())]
        for key, target in ways:
            _check_target(at, _named(journey, step), journey, target, key)


def _check_target(row: Row, who: str, journey: Journey, target: str, key: str) -> None:
    if target and target != END and target not in journey.steps:
        hint = near(target, [*journey.steps, END]) or '; write the id of a step, or "end"'
        row.fault(f"{who} leads to unknown step '{target}'{hint}", key)


def _after(journey: Journey, start: str, *, only_instant: bool) -> frozenset[str]:
    """Where a run can come from a step, passing through instant steps only if asked so."""
    found: set[str] = set()
    open_ = [start]
    while open_:
        step = journey.steps.get(open_.pop())
        if step is None:
            continue
        for target in _at_once(step) if only_instant else _targets(journey, step):
            if target not in found and target in journey.steps:
                found.add(target)
                open_.append(target)
    return frozenset(found)


def _at_once(step: JourneyStep) -> Iterator[str]:
    """Where a step may lead without any time passing: one that counts from a past instant, too."""
    if step.wait is None or step.since is not None:
        yield step.to
        yield step.otherwise


def _targets(journey: Journey, step: JourneyStep) -> Iterator[str]:
    yield step.to
    yield step.otherwise
    yield from step.on.values()
    for target in ({} if step.wait is None else {**journey.events, **step.events}).values():
        if target != step.id:  # An event that leads to where the run is changes nothing.
            yield target


def _named(journey: Journey, step: JourneyStep) -> str:
    return f"journey '{journey.id}': step '{step.id}'"
