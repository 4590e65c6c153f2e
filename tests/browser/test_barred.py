"""A talk that something bars, in a real Chromium: grey, live or not, until its time comes."""

import pytest

from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant
from tests.browser.looking import grave, shoot
from tests.browser.serving import Shown
from tests.builders import MONDAY_10
from tests.streams.readmodel.facts_made import TASK

pytestmark = [pytest.mark.browser, pytest.mark.untraced]
WORDS = {"en": ("Start the talk", "Cannot be started before"), "zh": ("开始沟通", "才能开始")}


@pytest.fixture
def served(tmp_path):
    served = Shown(tmp_path)
    served.desk.task(version=4, state=TaskState.ACCEPTED, expires=Instant(MONDAY_10 + 5 * DAY))
    served.project()
    yield served
    served.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_barred_start_stays_grey_while_live_and_opens_by_itself_in_its_time(
    page, served, language
):
    name, why = WORDS[language]
    served.clock.moment = Instant(MONDAY_10 + 12 * HOUR)
    page.clock.install()
    page.goto(f"{served.url}/language/{language}?back=/tasks/{TASK}%3Fdesk=rm-li")
    page.locator("#live.on").wait_for()
    start = page.get_by_role("button", name=name)
    assert start.is_disabled()
    assert page.get_by_text(why).is_visible()
    assert page.locator(f"#{start.get_attribute('aria-describedby')}").is_visible()
    assert grave(page) == []
    shoot(page, f"barred-{language}")
    page.keyboard.press("1")
    served.clock.moment = Instant(MONDAY_10 + DAY)
    page.clock.fast_forward(16_000)
    page.locator("#barred").wait_for(state="detached")
    assert start.is_enabled()
    assert served.sent() == []
