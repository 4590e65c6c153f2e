"""What became of each journey's runs: its funnel, and how often the goal is met against control."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Any, Final, NamedTuple

from journeys.decide.control import group_of
from schemas.facts import ContactUse, JourneyAdvance, JourneyEnd, JourneyMove

_ENDS: Final = ("open", *(end.value for end in JourneyEnd))
_Z: Final = 1.959964
"""Of the normal distribution, for 95 %."""


@dataclass(slots=True)
class _Runs:
    """One journey's runs."""

    ends: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    """By step: how many runs came to it."""
    ended: Counter[bool] = field(default_factory=Counter)
    """How many runs have ended; true for clients in a control group. A run that a reversal took
    back had no chance, and does not count."""
    goals: Counter[bool] = field(default_factory=Counter)


class Funnel:
    """Every journey's runs, counted from the facts about them."""

    def __init__(self, controls: Mapping[str, float]) -> None:
        self._controls = controls
        self._journeys: dict[str, _Runs] = {}
        self.overshoot = 0
        """Contacts granted beyond a cap; there must be none."""
        self.busiest = 0
        """The most contacts that any client had, or was promised, within a week."""

    def hear(self, client: str, said: JourneyAdvance) -> None:
        """One move of a run."""
        runs = self._journeys.setdefault(said.journey, _Runs())
        if said.end is None:
            runs.steps[said.step or ""] += 1
            runs.ends["open"] += said.move is JourneyMove.ENTERED
            return
        runs.ends["open"] -= 1
        runs.ends[said.end.value] += 1
        if said.end is not JourneyEnd.RECALL:
            is_control = group_of(client, self._controls) is not None
            runs.ended[is_control] += 1
            runs.goals[is_control] += said.end is JourneyEnd.GOAL

    def count(self, use: ContactUse) -> None:
        """A contact slot held or spent."""
        if use.change in ("held", "spent"):
            taken = use.used_week + use.held_week
            self.busiest = max(self.busiest, taken)
            self.overshoot += taken > use.cap_week

    def told(self) -> dict[str, dict[str, Any]]:
        """By journey, as JSON data: ends, steps, and the goal rate with its lift over control."""
        return {name: _told(runs) for name, runs in sorted(self._journeys.items())}


class Lift(NamedTuple):
    """A difference of two shares, and where it lies with a confidence of 95 %."""

    difference: float
    low: float
    high: float


def lift(treated: tuple[int, int], control: tuple[int, int]) -> Lift:
    """The share of the treated less that of the control; each as hits and trials, trials above 0.

    The interval is Newcombe's (1998, method 10): it stays sound for small groups and rare goals,
    where the usual one, of width 0 for 0 of 5, does not.

    Example:
        >>> [round(each, 4) for each in lift((56, 70), (48, 80))]
        [0.2, 0.0524, 0.3339]
    """
    (p1, low1, high1), (p2, low2, high2) = around(*treated), around(*control)
    return Lift(
        p1 - p2,
        p1 - p2 - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2),
        p1 - p2 + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2),
    )


def lines(journeys: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The funnels for people, a journey a line."""
    for name, told in journeys.items():
        steps = " > ".join(f"{step} {many:,}" for step, many in told["steps"].items())
        ends = ", ".join(f"{end} {told[end]:,}" for end in _ENDS if end in told)
        rate = told["goal_rate"]
        against = f"goal {rate['treated']:.1%}" if rate["treated"] is not None else "no run ended"
        if rate["lift"] is not None:
            low, high = (100 * rate["lift"][end] for end in ("low", "high"))
            against += f", control {rate['control']:.1%}, lift {low:+.1f} to {high:+.1f} points"
        yield f"  {name}: {steps}; {ends}; {against}"


def _told(runs: _Runs) -> dict[str, Any]:
    treated, control = (
        (runs.goals[is_control], runs.ended[is_control]) for is_control in (False, True)
    )
    found = lift(treated, control) if treated[1] and control[1] else None
    return {
        **dict(sorted(runs.ends.items())),
        "steps": dict(runs.steps.most_common()),
        "goal_rate": {
            "treated": _share(*treated),
            "control": _share(*control),
            "runs": {"treated": treated[1], "control": control[1]},
            "lift": None if found is None else {k: round(v, 4) for k, v in found._asdict().items()},
        },
    }


def _share(hits: int, trials: int) -> float | None:
    return round(hits / trials, 4) if trials else None


def around(hits: int, trials: int) -> tuple[float, float, float]:
    """A share with the ends of Wilson's interval of 95 %; there is a trial."""
    p, z2 = hits / trials, _Z * _Z
    middle = p + z2 / (2 * trials)
    reach = _Z * sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials))
    whole = 1 + z2 / trials
    return p, (middle - reach) / whole, (middle + reach) / whole
