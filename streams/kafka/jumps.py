"""Is the log still the one that we know, and does it go on where we left it?"""

import asyncio
from typing import Any, NoReturn

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.errors import TransientError, WorkerStopError
from streams.kafka.away import Patience, is_away
from streams.kafka.means import Means
from streams.kafka.takeover import REMEDY
from streams.processor import Partition


async def check_layout(means: Means[Any]) -> None:
    """The topics are still those that we started with.

    Raises:
        WorkerStopError: the source was made anew, or a topic is not as it must be.
        TransientError: no answer.
    """
    means.fault.at("takeover.ask_layout")
    layout = await asyncio.to_thread(means.cluster.layout, means.topics)
    if layout.epoch != means.layout.epoch:
        raise WorkerStopError(
            f"{means.topics.source} was made anew: its epoch is {layout.epoch}, it was "
            f"{means.layout.epoch}. {REMEDY}"
        )


async def exit_spread(means: Means[Any], foreign: list[int]) -> NoReturn:
    """End, but not all workers of a cluster at the same moment: each will reload.

    Raises:
        WorkerStopError: always.
    """
    means.fault.at("return.spread")
    await asyncio.sleep(means.tuning.jitter_s * means.jitter())
    raise WorkerStopError(
        f"somebody wrote to {means.topics.changelog} {foreign} while we were away"
    )


async def check_jump(means: Means[Any], part: Partition[Any], first: int) -> None:
    """A batch begins elsewhere than the one before it ended: was anything lost?

    Ours are logs without transactions, so that offsets leave no gaps of their own.

    Args:
        means: of the host.
        part: what was applied so far.
        first: the batch's first offset.

    Raises:
        WorkerStopError: retention overtook us, or the topic was made anew.
    """
    start, passed = await _look_until_seen(means, part, first)
    if start > part.next_offset or passed:
        raise WorkerStopError(
            f"partition {part.number} of {means.topics.source} goes on at {first} instead of "
            f"{part.next_offset}, and begins at {start}: retention has removed unapplied records, "
            f"or {passed} were not delivered. Start again; if that is refused, restore them, or "
            f"{REMEDY}"
        )


async def _look_until_seen(means: Means[Any], part: Partition[Any], first: int) -> tuple[int, int]:
    patience = Patience(means.tuning.patience_s)
    while True:
        try:
            await check_layout(means)
            return await _look(means, part, first)
        except (TransientError, KafkaError) as error:
            if not is_away(error):
                raise
            means.observer.away(type(error).__name__)
            await patience.wait(error)


async def _look(means: Means[Any], part: Partition[Any], first: int) -> tuple[int, int]:
    """Where the partition begins, and how many records stand between our place and the batch."""
    tp, passed = TopicPartition(means.topics.source, part.number), 0

    def on_records(_: TopicPartition, records: list[Any]) -> None:
        nonlocal passed
        passed += len(records)

    async with means.loader() as loader:
        starts, _ = await loader.bounds([tp])
        if part.next_offset < first:
            await loader.read({tp: part.next_offset}, on_records, ends={tp: first})
    return starts[tp], passed
