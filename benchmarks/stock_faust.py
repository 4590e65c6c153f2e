"""Stock Faust on the work of `suishen bench host`: an agent that counts events in a table.

`python benchmarks/stock_faust.py BOOTSTRAP TOPIC PARTITIONS EVENTS` reads until it has counted that
many and prints what it took, from the first event on. It is Faust as its manual says: its own
driver, an in-memory store with a changelog, JSON events, one addition per event.
"""

import json
import logging
import os
import sys
import tempfile
import time

import faust


def main(bootstrap: str, topic: str, partitions: int, wanted: int) -> None:
    """Count, print, and end."""
    app = faust.App(
        f"{topic}-stock-{os.getpid()}",  # a group of its own each time
        broker=f"kafka://{bootstrap}",
        store="memory://",
        topic_partitions=partitions,
        web_enabled=False,
        datadir=tempfile.mkdtemp(prefix="suishen-stock-"),
    )
    events = app.topic(topic, key_type=str, key_serializer="raw", value_serializer="json")
    counts = app.Table("counts", default=int, partitions=partitions)

    @app.agent(events)
    async def count(stream: faust.StreamT) -> None:
        done, began, cpu = 0, 0.0, 0.0
        async for event in stream:
            if done == 0:
                began, cpu = time.perf_counter(), time.process_time()
            counts[event["client"]] += 1
            done += 1
            if done == wanted:
                took = {"cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - began}
                said = {"event": "counted", "events": done, **took}
                print(json.dumps(said), file=sys.__stdout__, flush=True)
                os._exit(0)

    logging.disable(logging.INFO)
    sys.argv = ["stock", "worker", "--loglevel", "warn", "--without-web"]
    app.main()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
