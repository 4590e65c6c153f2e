"""`python -m channels.bench.watching`: notes when a client's task can first be read.

One JSON line for each, with the machine's monotonic time, until SIGTERM. A process of its own, so
that whoever offers the load does not hold it up.
"""

import json
import os
import time
from typing import Final

from sqlalchemy import func, select

from streams.readmodel import tables
from streams.readmodel.database import address, open_database
from streams.settings import read_settings

_LOOK_S: Final = 0.005


def main() -> None:
    """Look again and again."""
    engine, c = open_database(address(read_settings(os.environ))), tables.changes.c
    with engine.connect() as connection:
        last = connection.scalar(select(func.max(c.sequence))) or 0
    print(json.dumps({"event": "watching"}), flush=True)  # noqa: T201 - read by the bench
    while True:
        wanted = select(c.sequence, c.client).where(c.sequence > last, c.kind == "task")
        with engine.connect() as connection:
            found = connection.execute(wanted.order_by(c.sequence)).all()
        now = time.monotonic()
        for sequence, client in found:
            line = {"event": "task", "client": client, "at": now}
            print(json.dumps(line), flush=True)  # noqa: T201 - read by the bench
            last = sequence
        time.sleep(_LOOK_S)


if __name__ == "__main__":
    main()
