"""Workers with a fold that is odd in one way, for the nursery: each is a `main`."""

from journeys.client.fold import ClientFold
from streams.kafka import worker


class SmallFold(ClientFold):
    """A client fold whose states may not grow beyond what two or three events make."""

    max_state_bytes = 900


def small(arguments: list[str]) -> int:
    worker.FOLDS["client"] = SmallFold
    return worker.main(arguments)
