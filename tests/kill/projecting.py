"""A projector that kills itself at every point, each the second and the third time.

`projecting.py FILE URL`; points: `between_tables` of a transaction, `before_commit` and
`after_commit`.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from sqlalchemy import event

from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.readmodel import rows
from streams.readmodel.database import open_database
from streams.readmodel.projector import Projector
from tests.kill.forking import tell_deaths

POINTS = ["between_tables", "before_commit", "after_commit"]
DEATHS = [(point, count) for point in POINTS for count in (2, 3)]


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
    return 0


if __name__ == "__main__":
    file, url = sys.argv[1:]
    tell_deaths(partial(main, Path(file), url, *death) for death in DEATHS)
