"""A page asked for too early: it says so, and opens by itself when its subject comes."""

import pytest

from schemas.time import DAY, Instant
from tests.browser.looking import grave
from tests.browser.test_workbench import Bank
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_baseline

pytestmark = [pytest.mark.browser, pytest.mark.untraced]
DAY_0 = Instant(MONDAY_10 - 30 * DAY)
HEADING = {"en": "Not found", "zh": "未找到"}


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    yield bank
    bank.close()


def waits(page, bank, path, language="en"):
    page.goto(f"{bank.url}/language/{language}?back={path}")
    page.locator("#live.on").wait_for()
    page.faults.clear()  # the browser notes the 404 itself


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_client_page_opened_too_early_comes_by_itself(page, bank, language):
    waits(page, bank, f"/clients/{CLIENT}", language)
    assert page.get_by_role("heading").count() == 1
    assert grave(page) == []
    bank.say("corebank.baseline_loaded", a_baseline(), key=CLIENT, at=DAY_0)
    page.locator("#panel").wait_for()
    assert page.url.endswith(f"/clients/{CLIENT}")
    page.locator("#live.on").wait_for()


def test_what_comes_for_others_changes_nothing_and_the_wait_goes_on(page, bank):
    waits(page, bank, f"/clients/{CLIENT}")
    page.evaluate("window.stood = true")
    with page.expect_response(lambda answer: answer.status == 204):
        bank.say("corebank.baseline_loaded", a_baseline(), key=OTHER_CLIENT, at=DAY_0)
    page.wait_for_timeout(200)
    assert page.evaluate("window.stood") is True
    bank.say("corebank.baseline_loaded", a_baseline(), key=CLIENT, at=DAY_0)
    page.locator("#panel").wait_for()


def test_what_came_while_the_stream_was_away_is_found_when_it_is_back(page, bank):
    waits(page, bank, f"/clients/{CLIENT}")
    page.context.set_offline(True)
    bank.say("corebank.baseline_loaded", a_baseline(), key=CLIENT, at=DAY_0)
    page.context.set_offline(False)
    page.locator("#panel").wait_for()
