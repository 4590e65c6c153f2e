"""The whole loop in a real Chromium: engine, gateway and pages in one process."""

import json
import threading
import time

import httpx
import pytest

from channels.live import Service
from schemas.reference import Product
from schemas.time import DAY, Instant
from tests.browser.looking import grave
from tests.builders import (
    CLIENT,
    CURRENT,
    MONDAY_10,
    TERM,
    a_baseline,
    a_document,
    a_position,
    a_product,
)
from tests.fakes import StillClock
from tests.services import free_port
from tests.streams.running import COMPLAINT, SPOKE

pytestmark = [pytest.mark.browser, pytest.mark.untraced]


class Bank:
    """A service on loopback and a channel that posts to it."""

    def __init__(self, folder):
        self.clock, self.said = StillClock(MONDAY_10), 0
        self.service = Service(folder, self.clock, free_port(24000))
        products: list[Product] = [CURRENT, TERM, a_product()]
        self.service.engine.release(products)
        self.service.engine.commit()
        self.thread = threading.Thread(target=self.service.run, daemon=True)
        self.thread.start()
        self.url = self.service.url
        self.http = httpx.Client(base_url=self.url)
        self._wait()

    def _wait(self):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self.http.get("/livez")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return

    def say(self, kind, data, **more):
        self.said += 1
        document = a_document(kind, data, event_id=f"{kind}-{self.said}", **more)
        answer = self.http.post(
            "/v1/events",
            content=json.dumps(document),
            headers={"content-type": "application/cloudevents+json"},
        )
        assert answer.status_code == 202, answer.text
        self._until_shown(f"/v1/events/{document['id']}", {"source": document["source"]})

    def _until_shown(self, path, asked):
        """A page opened before its subject is projected is, rightly, not found."""
        until = time.monotonic() + 20
        while (answer := self.http.get(path, params=asked)).status_code == 404:
            assert time.monotonic() < until, answer.text
            time.sleep(0.01)

    def complain(self, number=0):
        client = f"ct_{number:032x}"
        day_0 = Instant(MONDAY_10 - 30 * DAY)
        self.say("corebank.baseline_loaded", a_baseline(), key=client, at=day_0)
        self.say(SPOKE, COMPLAINT, key=client)

    def close(self):
        self.service.stop()
        self.thread.join(10)
        self.http.close()


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    yield bank
    bank.close()


def open_desk(page, bank, language="en"):
    page.goto(f"{bank.url}/language/{language}?back=/desks/remote-1")
    page.locator("#live.on").wait_for()
    page.faults.clear()  # before its first task a desk is not known: the browser notes the 404


def state(page):
    return page.locator(".facts dd strong").first


def test_a_task_appears_by_itself_and_is_worked_to_its_end_by_keyboard(page, bank):
    open_desk(page, bank)
    page.get_by_text("No desk is known by the name").wait_for()
    bank.complain()
    row = page.locator("a.row")
    row.wait_for()
    page.keyboard.press("j")
    assert row.evaluate("e => e === document.activeElement")
    page.keyboard.press("Enter")
    page.locator("#live.on").wait_for()
    page.keyboard.press("1")
    page.get_by_text("accepted", exact=True).wait_for()
    page.keyboard.press("1")
    page.get_by_text("in talk", exact=True).or_(page.get_by_text("started", exact=True)).wait_for()
    page.keyboard.press("5")
    assert page.evaluate("document.activeElement.name") == "outcome"
    page.get_by_label("Outcome").select_option("solved")
    page.get_by_role("button", name="Complete").click()
    page.get_by_text("This task is closed. Outcome: solved.").wait_for()
    page.get_by_role("link", name="00000000").first.click()
    page.get_by_role("cell", name="solved").wait_for()


def test_a_task_is_declined_with_a_reason_in_chinese(page, bank):
    bank.complain()
    open_desk(page, bank, "zh")
    page.locator("a.row").click()
    page.locator("#live.on").wait_for()
    page.get_by_label("理由").select_option("no_time")
    page.get_by_role("button", name="谢绝").click()
    page.get_by_text("任务已结束").wait_for()


def test_a_choice_left_out_is_asked_for_on_the_page(page, bank):
    bank.complain()
    open_desk(page, bank)
    page.locator("a.row").click()
    page.locator("#live.on").wait_for()
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("Choose an outcome, a reason or a desk first").wait_for()
    page.faults.clear()  # the browser notes the 409 itself


def test_new_rows_wait_while_a_reader_is_inside(page, bank):
    bank.complain(1)
    open_desk(page, bank)
    page.locator("a.row").first.focus()
    bank.complain(2)
    page.get_by_role("button", name="Show what is new").click()
    page.locator("a.row").nth(1).wait_for()


def test_rows_asked_for_before_a_reader_came_do_not_jump_under_the_hand(page, bank):
    bank.complain(1)
    open_desk(page, bank)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/rows", hold)
    with page.expect_request("**/rows"):
        bank.complain(2)
    row = page.locator("a.row").first
    row.focus()
    while held:
        held.pop().continue_()
    page.get_by_role("button", name="Show what is new").wait_for()
    assert row.evaluate("e => e === document.activeElement")
    assert page.locator("a.row").count() == 1


def test_a_choice_and_its_focus_outlive_what_another_tab_does(page, bank):
    bank.complain()
    open_desk(page, bank)
    page.locator("a.row").click()
    page.locator("#live.on").wait_for()
    page.get_by_label("Reason").select_option("no_time")
    page.get_by_label("Reason").focus()
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#live.on").wait_for()
    other.keyboard.press("1")
    page.get_by_text("accepted", exact=True).wait_for()
    assert page.get_by_label("Reason").input_value() == "no_time"
    assert page.evaluate("document.activeElement.name") == "reason"


def test_two_tabs_see_one_act(page, bank):
    bank.complain()
    open_desk(page, bank)
    page.locator("a.row").click()
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#live.on").wait_for()
    page.locator("#live.on").wait_for()
    page.keyboard.press("1")
    other.get_by_text("accepted", exact=True).wait_for()


def test_a_client_page_follows_what_a_desk_does_with_a_task(page, bank):
    bank.complain()
    open_desk(page, bank)
    page.locator("a.row").click()
    page.locator("#live.on").wait_for()
    client = page.context.new_page()
    client.goto(f"{bank.url}/clients/ct_{0:032x}")
    client.locator("#live.on").wait_for()
    tasks = client.locator("section[aria-labelledby=tasks]")
    tasks.get_by_role("cell", name="assigned").wait_for()
    page.keyboard.press("1")
    tasks.get_by_role("cell", name="accepted").wait_for()
    page.get_by_text("accepted", exact=True).wait_for()
    page.keyboard.press("1")
    tasks.get_by_role("cell", name="in talk").or_(
        tasks.get_by_role("cell", name="started")
    ).wait_for()
    page.get_by_label("Outcome").select_option("solved")
    page.get_by_role("button", name="Complete").click()
    tasks.get_by_role("cell", name="solved").wait_for()


def test_a_cut_stream_says_so_and_comes_back(page, bank):
    bank.complain()
    open_desk(page, bank)
    page.context.set_offline(offline=True)
    page.goto("about:blank")
    page.context.set_offline(offline=False)
    open_desk(page, bank)
    bank.complain(7)
    page.locator("a.row").nth(1).wait_for()
    page.faults.clear()


def test_the_score_of_a_client_is_explained_for_a_chosen_period(page, bank):
    bank.complain()
    position = a_position("wmp1", 100_000, version=2)
    source = "/corebank/positions"
    bank.say("corebank.position_reported", position, key=f"ct_{0:032x}", source=source)
    page.goto(f"{bank.url}/language/en?back=/clients/ct_{0:032x}")
    page.get_by_role("img", name="Waterfall from opening").wait_for()
    table = page.get_by_role("table", name="Change by cause")
    figures = [cell.split()[-1] for cell in table.locator("td.number").all_inner_texts()]
    opening, *causes, closing = map(float, figures)
    assert causes
    assert abs(opening + sum(causes) - closing) < 0.01 * len(figures)
    page.get_by_role("link", name="30 days").click()
    assert page.get_by_role("link", name="30 days").get_attribute("aria-current") == "true"
    page.locator("a.cause").first.click()
    page.get_by_text("Wealth health score").first.wait_for()


def test_a_diagnosis_is_recorded_and_its_document_opened_by_keyboard(page, bank):
    bank.complain()
    page.goto(f"{bank.url}/language/en?back=/clients/ct_{0:032x}")
    page.locator("#live.on").wait_for()
    page.get_by_label("Desk").select_option("rm-li")
    page.get_by_label("the client saw it").check()
    page.get_by_label("Worth then").fill("300000")
    page.get_by_label("From").fill("2025-11-23")
    page.get_by_label("Worth at the end").fill("380000")
    page.get_by_label("Paid in (+)").fill("2026-03-02 60000")
    page.get_by_role("button", name="Record the diagnosis").focus()
    page.keyboard.press("Enter")
    page.get_by_role("cell", name="with an adviser · rm-li").wait_for()
    assert page.get_by_label("Worth then").input_value() == "300000"
    page.get_by_text("not complete").wait_for()
    page.locator("#diagnoses ~ .scroll a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("This diagnosis is not complete").wait_for()
    page.get_by_text("a next step is agreed: no").wait_for()
    page.get_by_role("row", name="Profit").get_by_text("CNY 20,000").wait_for()
    assert grave(page) == []


def test_a_period_is_opened_and_a_second_opening_is_refused_on_the_page(page, bank):
    bank.complain()
    page.goto(f"{bank.url}/language/en?back=/book%3Fdesk%3Drm-li")
    page.locator("#live.on").wait_for()
    page.get_by_text("This period has not been opened").wait_for()
    page.get_by_label("Signed by").fill("head-east")
    page.get_by_label("What").focus()
    page.get_by_role("button", name="Add the line").click()
    page.get_by_role("cell", name="open the period").wait_for()
    page.get_by_text("provisional", exact=True).wait_for()
    page.reload()
    page.locator("#live.on").wait_for()
    page.get_by_label("What").select_option("opened")
    page.get_by_label("Signed by").fill("head-east")
    page.get_by_label("Signed by").press("Enter")
    page.get_by_text("it is open already").wait_for()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_screen_has_a_serious_fault_of_access(page, bank, language):
    bank.complain()
    open_desk(page, bank, language)
    page.locator("a.row").wait_for()
    task = page.locator("a.row").get_attribute("href")
    paths = ["/", "/desks/remote-1", "/desks/rm-nobody", task, f"/clients/ct_{0:032x}"]
    paths += ["/events", "/events?event_id=none", "/decisions/none", f"/clients/{CLIENT}"]
    paths += ["/handovers", "/handovers/none", "/cases/none"]
    paths += ["/book", "/book?desk=rm-li", "/book?desk=rm-nobody", "/diagnoses/none"]
    paths += [f"/clients/ct_{0:032x}?period=all"]
    for path in paths:
        page.goto(bank.url + path)
        assert grave(page) == [], path
    page.faults.clear()  # the browser notes each 404 itself
