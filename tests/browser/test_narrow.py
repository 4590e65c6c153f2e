"""A phone's width: no page scrolls sideways, wide tables do in a frame of their own."""

from datetime import date

import pytest

from schemas.tasks import TaskState
from tests.browser.looking import grave, shoot
from tests.browser.serving import Shown
from tests.browser.test_scoreboard import Served
from tests.builders import CLIENT
from tests.channels.workbench.test_handover_page import a_hand_over
from tests.streams.readmodel.facts_made import DECISION, TASK

pytestmark = [pytest.mark.browser, pytest.mark.untraced]
WIDTH = 390
OTHER = "t_" + "1" * 32


@pytest.fixture
def overlooked(overlooked):
    """Pages of nothing are answered as such, which the browser notes."""
    return (*overlooked, "404")


@pytest.fixture
def narrow(page):
    page.set_viewport_size({"width": WIDTH, "height": 844})
    return page


class Full(Shown):
    """Something on every page: tasks, a case that is handed over, a book, a diagnosis."""

    def __init__(self, folder):
        super().__init__(folder)
        self.bank = a_hand_over()
        self.desk.full()
        self.desk.task(task_id=OTHER, version=4, state=TaskState.ACCEPTED)
        self.desk.lived(self.bank)
        self.desk.book()
        self.desk.line(1, "opened", starts=date(2026, 10, 1), ends=date(2026, 12, 31))
        self.made = self.desk.diagnosis()
        self.project()

    @property
    def paths(self):
        case, wait = self.bank.case.case_id, self.bank.handover.handover_id
        needs = [f"/clients/{CLIENT}/needs/{kind}" for kind in NEEDS]
        kinds = [f"/policies?kind={kind}" for kind in ("conduct", "lateness", "journeys", "levers")]
        return [
            *("/", "/desks/rm-li", "/desks/team-east", "/desks/rm-nobody"),
            *(f"/tasks/{TASK}?desk=rm-li", f"/tasks/{OTHER}?desk=rm-li", f"/decisions/{DECISION}"),
            *(f"/clients/{CLIENT}", f"/clients/{CLIENT}?period=all", *needs),
            *(f"/cases/{case}", "/handovers", f"/handovers/{wait}?desk=team-east"),
            *("/book", "/book?desk=rm-li", "/book?desk=remote-1"),
            *(f"/diagnoses/{self.made.diagnosis_id}", "/events", "/events?event_id=cause-1"),
            *("/policies", *kinds, "/nowhere"),
        ]


NEEDS = ("payment_failed", "record_correction")


@pytest.fixture
def full(tmp_path):
    full = Full(tmp_path)
    yield full
    full.close()


@pytest.fixture
def board(tmp_path):
    board = Served(tmp_path)
    board.fill()
    yield board
    board.close()


def beyond(page):
    """How far the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone_and_all_can_be_read_by_anybody(narrow, full, language):
    narrow.goto(f"{full.url}/language/{language}?back=/")
    for path in full.paths:
        assert narrow.goto(full.url + path).status in (200, 404), path
        assert beyond(narrow) <= 0, path
        if language == "en":  # its words are the longer ones; frames are the same
            assert grave(narrow) == [], path
    narrow.goto(f"{full.url}/desks/rm-li")
    shoot(narrow, f"narrow-inbox-{language}")
    table = narrow.locator("table.inbox").first
    assert table.evaluate("e => e.parentElement.scrollWidth > e.parentElement.clientWidth")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_scoreboard_is_wider_than_a_phone(narrow, board, language):
    narrow.goto(f"{board.url}/language/{language}?back=/scoreboard")
    for path in ("/scoreboard", "/scoreboard?period=2026q1"):
        narrow.goto(board.url + path)
        assert beyond(narrow) <= 0, path
        if language == "en":
            assert grave(narrow) == [], path
