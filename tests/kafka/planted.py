"""A worker with a bug in it: `planted.py BUG …` and the arguments of a worker.

Bugs: `order`: outputs go out long after states and offset; `applied`: a state does not say which
events it holds; `ids`: what is repeated gets another name.
"""

import asyncio
import itertools
import os
import sys
from types import SimpleNamespace
from typing import Any

from journeys import identity

BUG = sys.argv[1] if __name__ == "__main__" else ""


def rename():
    true, turns = identity.derive, itertools.count()
    identity.derive = lambda *parts: true(*parts, os.getpid(), next(turns))


if BUG == "ids":  # before anything has taken the true function
    rename()

from streams import processor  # noqa: E402
from streams.frame import pack  # noqa: E402
from streams.kafka import worker  # noqa: E402
from streams.kafka.app import AppMembership  # noqa: E402
from streams.kafka.held import Sent  # noqa: E402
from streams.kafka.writer import BatchWriter  # noqa: E402

LATE_S = 4.0
send, commit_all = BatchWriter.send, AppMembership.commit_all
late: set[Any] = set()


async def send_later(self, topic, partition, rows):
    """Acknowledge at once and send when there is time: states and offset come first."""
    if topic.startswith("state-"):
        return await send(self, topic, partition, rows)
    late.add(asyncio.ensure_future(wait_and_send(self, topic, partition, list(rows))))
    acknowledged = asyncio.get_running_loop().create_future()
    acknowledged.set_result(SimpleNamespace(offset=0))
    count = len(rows)
    rows.clear()
    return Sent(topic, partition, count, acknowledged)


async def wait_and_send(self, topic, partition, rows):
    await asyncio.sleep(LATE_S)
    while rows:
        await send(self, topic, partition, rows)


async def commit_late(self, topic, commits):
    """As on a busy broker: states are durable and the offset is not, for a while."""
    await asyncio.sleep(1.0)
    return await commit_all(self, topic, commits)


def plant():
    if BUG == "order":
        BatchWriter.send = send_later
    if BUG == "applied":
        processor.pack = lambda frame: pack(frame._replace(applied=0))
        AppMembership.commit_all = commit_late


if __name__ == "__main__":
    plant()
    os.environ["SUISHEN_KAFKA_CHECKPOINT_S"] = "0.1"
    sys.exit(worker.main(sys.argv[2:]))
