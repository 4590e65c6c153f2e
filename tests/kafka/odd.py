"""Workers with a fold that is odd in one way, for the nursery: each is a `main`."""

from collections.abc import Callable
from typing import Final

from journeys.client.fold import ClientFold
from streams.kafka import worker
from tests.kafka import planted


class SmallFold(ClientFold):
    """A client fold whose states may not grow beyond what two or three events make."""

    max_state_bytes = 900


def small(arguments: list[str]) -> int:
    worker.FOLDS["client"] = SmallFold
    return worker.main(arguments)


def _planted(bug: str) -> Callable[[list[str]], int]:
    def run(arguments: list[str]) -> int:
        planted.plant(bug)
        return worker.main(arguments)

    return run


MAINS: Final[dict[str, Callable[[list[str]], int]]] = {
    "small": small,
    "order": _planted("order"),
    "applied": _planted("applied"),
}
"""By what is odd."""
