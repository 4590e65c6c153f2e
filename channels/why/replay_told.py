"""A replay's report for people: a line for each figure, old and new side by side."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The whole report."""
    for name, value in told.items():
        yield from _LINES.get(name, _plain)(name, value)


def _plain(name: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON, here and below
    if not isinstance(value, dict):
        yield f"{name}: {value}"
    elif value.keys() == {"old", "new"}:
        yield f"{name}: {_figure(value['old'])} → {_figure(value['new'])}"
    else:
        for key, count in value.items():
            yield f"{name}, {key}: {_figure(count)}"


def _side_by_side(name: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    old, new = value["old"], value["new"]
    for key in dict.fromkeys([*old, *new]):
        yield f"{name}, {key}: {old.get(key, 0)} → {new.get(key, 0)}"


def _load(_name: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    for desk in sorted({*value["old"], *value["new"]}):
        sides = [_days(value[side].get(desk, {})) for side in ("old", "new")]
        yield f"load, {desk}: {' → '.join(sides)}"


def _days(days: Mapping[str, int]) -> str:
    if not days:
        return "nothing"
    busiest = max(days, key=lambda day: (days[day], day))
    return f"{sum(days.values())} min in {len(days)} days (at most {days[busiest]}, {busiest})"


def _examples(_name: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    for one in value:
        yield f"{one['client']}: {one['decisions']} decisions part, the first at {one['at']}"
        yield f"    old: {one['old']}"
        yield f"    new: {one['new']}"


def _off_policy(_name: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    yield f"off-policy estimate: none; {value['why']}"


def _figure(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, dict):
        return str(value)
    if "plus_minus" in value:
        return f"{value['sum']} ± {value['plus_minus']}"
    return ", ".join(f"{key} {count}" for key, count in value.items())


_LINES: Final[Mapping[str, Callable[[str, Any], Iterator[str]]]] = {
    "tasks": _side_by_side,
    "withheld": _side_by_side,
    "suitability_stops": _side_by_side,
    "load_minutes": _load,
    "most_changed": _examples,
    "off_policy": _off_policy,
}
