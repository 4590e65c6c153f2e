"""The scoreboard in a real Chromium: full, empty and broken, in both languages, by keyboard."""

import pytest

from channels.workbench.shell import Pages
from schemas.time import DAY, Instant
from streams.readmodel.database import open_database
from streams.readmodel.queries import Views
from tests.browser.looking import grave
from tests.browser.serving import Loopback
from tests.builders import the_catalogue
from tests.fakes import StillClock
from tests.streams.readmodel.facts_made import project
from tests.streams.readmodel.measured import CONTROL, ENDS, TREATED, Quarter

pytestmark = [pytest.mark.browser, pytest.mark.untraced]


class Served:
    """A workbench on loopback over a quarter made by hand."""

    def __init__(self, folder, catalogue=None):
        self.quarter = Quarter()
        self.database = open_database(f"sqlite:///{folder / 'views.db'}")
        views = Views(self.database, self.quarter.log)
        clock = StillClock(Instant(ENDS - 5 * DAY))
        words = catalogue or the_catalogue()
        pages = Pages(views, self.quarter.log, clock, words, keep_measures_s=0)
        self.door = Loopback(pages, 24500)
        self.url = self.door.url

    def fill(self):
        self.quarter.serve_all(TREATED[:40], outlet="east")
        self.quarter.serve_all(CONTROL[:40], outlet="west")
        for one in (*TREATED[:30], *CONTROL[:10]):
            self.quarter.talk(one)
        # Served nowhere, so that reach stays what it is.
        for at, one in enumerate(TREATED[100:200]):
            p = 0.3 if at % 3 else 0.2
            self.quarter.told(one, p, met=at < 30, rivals=[("idle_cash_view", 0.1)])
        project(self.database, self.quarter)

    def close(self):
        self.door.close()
        self.database.dispose()


@pytest.fixture
def served(tmp_path):
    served = Served(tmp_path)
    yield served
    served.close()


@pytest.fixture
def overlooked(overlooked):
    """A board that cannot be read is served as such, which the browser notes."""
    return (*overlooked, "503")


@pytest.mark.parametrize(
    ("language", "reach", "rival"),
    [("zh", "触达率", "闲置资金知识"), ("en", "Reach", "Idle cash explained")],
)
def test_a_full_board_can_be_read_by_anybody_and_a_measure_opened(
    page, served, language, reach, rival
):
    served.fill()
    page.goto(f"{served.url}/language/{language}?back=/scoreboard")
    row = page.get_by_role("row", name=reach).first
    row.get_by_text("75.0%").wait_for()
    row.get_by_text("25.0%").wait_for()
    row.get_by_text("+50.0").wait_for()
    assert grave(page) == []
    link = page.get_by_role("link", name=reach, exact=True)
    link.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#def-reach")
    assert page.locator("svg.forest circle").count() > 0
    for table in ("standings", "pairs"):
        rows = page.locator(f"section[aria-labelledby={table}] tbody tr")
        assert rows.filter(has_text=rival).count() == 1, table


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_and_a_broken_board_can_be_read_too(page, served, language):
    page.goto(f"{served.url}/language/{language}?back=/scoreboard")
    page.locator("p.empty").wait_for()
    assert grave(page) == []
    served.fill()
    with served.database.begin() as connection:
        connection.exec_driver_sql("drop table task_moves")
    page.goto(f"{served.url}/scoreboard?outlet=west")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert grave(page) == []
    alert.get_by_role("link").click()
    assert page.url.endswith("/scoreboard?outlet=west")


def test_a_pad_scrolls_the_table_and_not_the_page(page, served):
    served.fill()
    page.set_viewport_size({"width": 820, "height": 1100})
    page.goto(f"{served.url}/language/en?back=/scoreboard?outlet=east")
    page.get_by_role("link", name="east", exact=True).wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
    assert grave(page) == []
