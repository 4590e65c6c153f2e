"""A decision taken again, in a sentence or two."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.decisions import Decision

_SAID: Final = {
    "equal": (
        "依目录 {catalogue}，由 {count} 个已存事件重新决定：逐字节相同。",
        "Taken again from {count} stored events under catalogue {catalogue}: every byte equal.",
    ),
    "differs": (
        "依目录 {catalogue}，由 {count} 个已存事件重新决定：不同，首处在 {at}。",
        "Taken again from {count} stored events under catalogue {catalogue}: differs at {at}.",
    ),
    "state": (
        "由随决定保存的状态重新决定：候选与理由全部相同。",
        "Decided anew from the state kept with it: the same candidates for the same reasons.",
    ),
    "other_state": (
        "由随决定保存的状态重新决定：结果不同。",
        "Decided anew from the state kept with it: other candidates or reasons.",
    ),
    "no_state": (
        "该决定未产生任务，因此没有保存状态。",
        "It issued no task, so that no state was kept with it.",
    ),
}
"""Sentences by name: Chinese, English."""
_OF_STATE: Final = {True: "state", False: "other_state", None: "no_state"}


def recomputed(
    found: Mapping[str, Any], taken: Decision, events: int, language: str
) -> Iterator[str]:
    """Whether the log leads to the decision again, and whether its own state does."""
    place = 0 if language == "zh" else 1
    first = "equal" if found["identical"] else "differs"
    said = {"count": events, "catalogue": taken.versions.catalogue, "at": found["differs_at"]}
    yield _SAID[first][place].format(**said)
    yield _SAID[_OF_STATE[found["from_state"]]][place]
