"""A workbench on loopback, for a browser to look at."""

import threading
import time

import uvicorn

from channels.workbench.app import create_app
from streams.feed import ReaderFeed
from streams.readmodel.projector import Projector
from tests.channels.workbench.test_pages import Bench
from tests.services import free_port


class Loopback:
    """Pages at a free port, from one on."""

    def __init__(self, pages, first_port):
        port = free_port(first_port)
        config = uvicorn.Config(create_app(pages), host="127.0.0.1", port=port, log_level="error")
        self.server, self.url = uvicorn.Server(config), f"http://127.0.0.1:{port}"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 90
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.02)

    def close(self):
        self.server.should_exit = True
        self.thread.join(60)


class Shown(Bench):
    """The bench over facts made by hand, served."""

    def __init__(self, folder):
        super().__init__(folder)
        self.door = Loopback(self.pages, 24700)
        self.url = self.door.url

    def project(self):
        Projector(self.database, ReaderFeed(self.desk.log)).catch_up()

    def close(self):
        self.door.close()
        self.database.dispose()
