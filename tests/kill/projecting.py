"""A projector that kills itself: `projecting.py FILE URL POINT N`.

Points: `between_tables` of a transaction, `before_commit`, `after_commit`; each the n-th time.
"""

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.readmodel import rows
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector

POINTS = ["between_tables", "before_commit", "after_commit"]


class Counting:
    """Ends the process the n-th time it is called."""

    def __init__(self, count):
        self.left = count

    def __call__(self, *_):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(path, url, point, count):
    engine, dying = open_database(url), Counting(count)
    if point == "between_tables":
        write = rows._write
        rows._write = lambda *given: (dying(), write(*given))
    elif point == "before_commit":
        event.listen(engine, "commit", dying)
    projector = Projector(engine, ReaderFeed(FileReader(path)), at_once=150)
    while projector.step() > 0:
        if point == "after_commit":
            dying()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
