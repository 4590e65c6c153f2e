"""What became of each journey's runs: its funnel, and how often the goal is met against control."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from channels.telling import table
from journeys.decide.control import group_of
from journeys.measures.rolling import Cap, Move, Stay, Touched, busiest, reached_by_client
from journeys.measures.shares import lift, pooled
from schemas.facts import ContactUse, JourneyAdvance, JourneyEnd, JourneyMove
from schemas.time import HOUR, Instant

_ENDS: Final = ("open", *(end.value for end in JourneyEnd))


@dataclass(slots=True)
class _Runs:
    """One journey's runs."""

    ends: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    """By step: how many runs came to it."""
    ended: Counter[str] = field(default_factory=Counter)
    """By client: how many runs have ended. A run that a reversal took back had no chance, and
    does not count."""
    goals: Counter[str] = field(default_factory=Counter)

    def tries(self, clients: Collection[str]) -> list[tuple[int, int]]:
        """Goals and runs of each of some clients."""
        return [(self.goals[one], runs) for one, runs in self.ended.items() if one in clients]


class Funnel:
    """Every journey's runs, counted from the facts about them."""

    def __init__(self, controls: Mapping[str, float]) -> None:
        self._controls = controls
        self._journeys: dict[str, _Runs] = {}
        self._moves: list[Move] = []
        self._stays: dict[str, list[Stay]] = defaultdict(list)
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
            runs.ended[client] += 1
            runs.goals[client] += said.end is JourneyEnd.GOAL

    def count(self, client: str, use: ContactUse, at: Instant) -> None:
        """A contact slot held, spent or returned; `at` where the fact itself says no time."""
        moment = at if use.at is None else use.at
        self._moves.append(Move(client, use.task_id, use.change, use.method, moment, at))
        if use.change in ("held", "spent"):
            taken = use.used_week + use.held_week
            self.busiest = max(self.busiest, taken)
            self.overshoot += taken > use.cap_week

    def serve(self, client: str, outlet: str | None, at: Instant) -> None:
        """Who serves a client from now on, whose narrower caps bind."""
        self._stays[client].append(Stay(at, outlet))

    def recounted(self, caps: Iterable[Cap]) -> list[dict[str, Any]]:
        """By cap the most contacts that any client had within any of its windows.

        Counted from contacts and their times alone, whatever the engine said that it had used.
        """
        found = reached_by_client(self._moves)
        outside = Counter(move.client for move in self._moves if move.change == "outside")
        return [self._recounted(cap, found, outside) for cap in caps]

    def _recounted(
        self, cap: Cap, found: Mapping[str, Sequence[Touched]], outside: Mapping[str, int]
    ) -> dict[str, Any]:
        bound = [client for client in found if self._binds(cap, client)]
        most = [busiest(found[client], cap, self._stays[client]) for client in bound]
        return {
            "cap": cap.id,
            "outlet": cap.outlet,
            "allowed": cap.most,
            "hours": cap.window // HOUR,
            "most": max(most, default=0),
            "clients": len(bound),
            "over": sum(each > cap.most for each in most),
            "without_a_slot": sum(outside.get(client, 0) for client in bound),
        }

    def _binds(self, cap: Cap, client: str) -> bool:
        """The bank's bind everybody, an outlet's whoever was ever served there."""
        return cap.outlet is None or any(stay.outlet == cap.outlet for stay in self._stays[client])

    def told(self) -> dict[str, dict[str, Any]]:
        """By journey, as JSON data: ends, steps, and the goal rate with its lift over control."""
        clients = {client for runs in self._journeys.values() for client in runs.ended}
        control = {one for one in clients if group_of(one, self._controls) is not None}
        groups = (clients - control, control)
        return {name: _told(runs, *groups) for name, runs in sorted(self._journeys.items())}


def lines(journeys: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The funnels for people: a table of ends and goal rates, then each journey's steps."""
    rows = [_HEADS, *(_row(name, told) for name, told in journeys.items())]
    yield from (f"  {line}" for line in table(rows))
    for name, told in journeys.items():
        steps = " > ".join(f"{step} {many:,}" for step, many in told["steps"].items())
        yield f"  {name}: {steps}"


_HEADS: Final = (
    *("journey", "entered", *_ENDS),
    *("goal rate", "of runs", "control", "of runs", "lift in points, 95 %"),
)


def _row(name: str, told: Mapping[str, Any]) -> Sequence[str]:
    rate, runs = told["goal_rate"], told["goal_rate"]["runs"]
    found = rate["lift"]
    lifted = "–"
    if found is not None:
        difference, low, high = (100 * found[each] for each in ("difference", "low", "high"))
        lifted = f"{difference:+.1f} [{low:+.1f}, {high:+.1f}]"
    return (
        *(name, f"{sum(told.get(end, 0) for end in _ENDS):,}"),
        *(f"{told.get(end, 0):,}" for end in _ENDS),
        *(_percent(rate["treated"]), f"{runs['treated']:,}"),
        *(_percent(rate["control"]), f"{runs['control']:,}", lifted),
    )


def cap_lines(caps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Caps for people: what was allowed, and the most that any client had."""
    heads = ("cap", "window", "allowed", "most", "clients", "over", "without a slot")
    rows = [
        (
            *(_cap_name(cap), f"{cap['hours']} h", str(cap["allowed"]), str(cap["most"])),
            *(f"{cap['clients']:,}", str(cap["over"]), str(cap["without_a_slot"])),
        )
        for cap in caps
    ]
    yield from (f"  {line}" for line in table([heads, *rows]))


def _cap_name(cap: Mapping[str, Any]) -> str:
    return str(cap["cap"]) if cap["outlet"] is None else f"{cap['cap']} {cap['outlet']}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _told(runs: _Runs, treated: Collection[str], control: Collection[str]) -> dict[str, Any]:
    tried, kept = runs.tries(treated), runs.tries(control)
    found = lift(pooled(tried), pooled(kept)) if tried and kept else None
    return {
        **dict(sorted(runs.ends.items())),
        "steps": dict(runs.steps.most_common()),
        "goal_rate": {
            "treated": _share(tried),
            "control": _share(kept),
            "runs": {"treated": _runs(tried), "control": _runs(kept)},
            "lift": None if found is None else {k: round(v, 4) for k, v in found._asdict().items()},
        },
    }


def _share(tries: Iterable[tuple[int, int]]) -> float | None:
    pairs = list(tries)
    return round(sum(hits for hits, _ in pairs) / _runs(pairs), 4) if pairs else None


def _runs(tries: Iterable[tuple[int, int]]) -> int:
    return sum(runs for _, runs in tries)
