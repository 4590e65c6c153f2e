"""The page of policies in a real Chromium: whole, one kind, none; in both languages."""

import pytest

from tests.browser.looking import grave, shoot
from tests.browser.test_scoreboard import Served
from tests.journeys.catalogue.shipped import loaded
from tests.journeys.catalogue.test_dates import NEW_DESK, until
from tests.journeys.catalogue.test_scopes import OF_BRANCH, a_contact, narrowed

pytestmark = [pytest.mark.browser, pytest.mark.untraced]
WORDS = {
    "en": ("Policies", "What changes next", "Contact caps and hours", "Levers", "whole bank"),
    "zh": ("政策", "即将发生的变化", "触达频次与时段", "经营杠杆", "全行"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A bank with a row of an outlet, one of a branch, and a desk's row to come."""
    rows = a_contact() + a_contact(OF_BRANCH, 'opens = "10:00"')
    texts = until(narrowed(contact=rows), "desk.toml", "2027-01-01")
    catalogue = loaded({**texts, "desk-2027.toml": NEW_DESK})
    served = Served(tmp_path_factory.mktemp("policies"), catalogue)
    yield served
    served.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_policy_can_be_read_by_anybody(page, served, language):
    title, coming, contact, _, bank = WORDS[language]
    page.goto(f"{served.url}/language/{language}?back=/")
    page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
    page.get_by_role("heading", name=coming).wait_for()
    table = page.get_by_role("region", name=contact)
    table.get_by_text("outlet_1").wait_for()
    table.get_by_text("nanjing").wait_for()
    assert table.get_by_text(bank).count() == 1
    assert page.get_by_text("15% → 20%").count() == 1
    assert grave(page) == []
    shoot(page, f"policies-{language}")


def test_a_kind_of_many_rows_can_be_read_by_anybody(page, served):
    page.goto(f"{served.url}/language/zh?back=/policies?kind=conduct")
    page.get_by_text("产品风险等级不得高于客户风险等级").wait_for()
    assert grave(page) == []
    shoot(page, "policies-conduct-zh")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_kind_is_chosen_by_keyboard_and_one_without_a_row_says_so(page, served, language):
    _, _, contact, levers, _ = WORDS[language]
    page.goto(f"{served.url}/language/{language}?back=/policies")
    link = page.get_by_role("link", name=f"{contact} 3")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/policies?kind=contact")
    assert page.locator("table.policies").count() == 1
    assert page.get_by_role("link", name=f"{contact} 3").get_attribute("aria-current") == "true"
    assert grave(page) == []
    shoot(page, f"policies-contact-{language}")
    page.get_by_role("link", name=f"{levers} 0").click()
    page.wait_for_url("**/policies?kind=levers")
    assert page.locator("p.empty").count() == 2
    assert grave(page) == []
    shoot(page, f"policies-none-{language}")


def test_a_pad_scrolls_the_tables_and_not_the_page(page, served):
    page.set_viewport_size({"width": 820, "height": 1100})
    page.goto(f"{served.url}/language/en?back=/policies")
    page.locator("table.policies").first.wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0
