"""A workbench on loopback over facts made by hand, for a browser to look at."""

import threading
import time

import uvicorn

from channels.workbench.app import create_app
from streams.feed import ReaderFeed
from streams.readmodel.projector import Projector
from tests.channels.workbench.test_pages import Bench
from tests.services import free_port


class Shown(Bench):
    """The same bench, served."""

    def __init__(self, folder):
        super().__init__(folder)
        port = free_port(24700)
        config = uvicorn.Config(
            create_app(self.pages), host="127.0.0.1", port=port, log_level="error"
        )
        self.server, self.url = uvicorn.Server(config), f"http://127.0.0.1:{port}"
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until = time.monotonic() + 90
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.02)

    def project(self):
        Projector(self.database, ReaderFeed(self.desk.log)).catch_up()

    def close(self):
        self.server.should_exit = True
        self.thread.join(60)
        self.database.dispose()
