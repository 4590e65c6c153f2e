"""Cases and hand-overs in a real Chromium: a need to its end, and a hand-over against its clock."""

import pytest

from schemas.time import DAY, SECOND, Instant
from tests.browser.looking import grave, shoot
from tests.browser.test_workbench import Bank
from tests.builders import ACCOUNT, CLIENT, MONDAY_10, a_baseline
from tests.journeys.client.casework import PAYMENT

pytestmark = [pytest.mark.browser, pytest.mark.untraced]


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    bank.say("corebank.baseline_loaded", a_baseline(), key=CLIENT, at=Instant(MONDAY_10 - DAY))
    yield bank
    bank.close()


@pytest.fixture
def overlooked(overlooked):
    """A form that is refused is answered as such, which the browser notes."""
    return (*overlooked, "409")


def said(bank, kind, data, seconds, **more):
    where = {"session": "chat-7", "channel": "ai"} | more
    at = Instant(MONDAY_10 + seconds * SECOND)
    bank.say(f"case.{kind}", data | where, key=CLIENT, at=at)


def a_case(bank, page, language):
    """A need raised on the client's page; the page of its case."""
    page.goto(f"{bank.url}/language/{language}?back=/clients/{CLIENT}/needs/payment_failed")
    for name in ("payment", "account", "amount"):
        value = "1280.00" if name == "amount" else str(PAYMENT[name])
        page.locator(f'input[name="value.{name}"]').fill(value)
    page.locator("select[name=desk]").select_option("remote-1")
    assert grave(page) == []
    shoot(page, f"need-{language}")
    page.locator("button.main").click()
    page.locator("#said .sent").wait_for()
    link = page.locator('a[href^="/cases/"]').first
    for _ in range(50):
        page.goto(f"{bank.url}/clients/{CLIENT}")
        if link.count():
            break
        page.wait_for_timeout(100)
    page.goto(f"{bank.url}{link.get_attribute('href')}?desk=remote-1")
    page.locator("#live.on").wait_for()


WORDS = {
    "en": ("Offer it", "Read this to the client, whole, and ask", "The client says yes",
           "set the money aside", "reword"),
    "zh": ("提交办理", "请向客户完整念出以下内容并询问", "客户同意", "占用资金", "请修改"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_need_is_raised_noted_offered_and_confirmed_on_the_pages(page, bank, language):
    offer, read, yes, asked, reword = WORDS[language]
    a_case(bank, page, language)
    assert grave(page) == []
    note = page.locator("form", has=page.locator('input[name="say"][value="note"]'))
    note.locator("select[name=kind]").select_option("promised")
    note.locator("select[name=by]").select_option("desk")
    note.locator("textarea").fill("这个产品保本，没有风险")
    note.locator("button.main").click()
    page.locator("#said .warn").wait_for()
    assert reword in page.locator("#said").inner_text()
    assert note.locator("textarea").input_value().startswith("这个产品保本")
    note.locator("textarea").fill("今天之内回复客户")
    # By key: what came of the case may move the page under a pointer.
    note.locator("button.main").press("Enter")
    page.locator("#said .sent").wait_for()
    page.get_by_text("今天之内回复客户").first.wait_for()
    page.get_by_role("button", name=offer).click()
    page.get_by_text(read).wait_for()
    shoot(page, f"case-{language}")
    assert grave(page) == []
    page.get_by_role("button", name=yes).click()
    page.get_by_text(asked).first.wait_for()
    assert page.get_by_text(read).count() == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hand_over_is_taken_against_its_clock_by_keyboard(page, bank, language):
    page.goto(f"{bank.url}/language/{language}?back=/desks/team-east")
    page.locator("#live.on").wait_for()
    said(bank, "need_raised", {"request": "payment_failed", "record": {"account": ACCOUNT}}, 0)
    case_id = _case_of(bank)
    wish = {"case_id": case_id, "kind": "call_back", "by": "client"}
    said(bank, "handover_asked", wish | {"want": "想知道付款为什么没有成功"}, 5)
    row = page.locator("table.clocks a.row")
    row.wait_for()
    shoot(page, f"inbox-{language}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("#live.on").wait_for()
    clock = page.locator("p.clock strong")
    before = clock.inner_text()
    assert before.startswith(("15:0", "14:5"))
    for _ in range(50):
        if clock.inner_text() != before:
            break
        page.wait_for_timeout(100)
    assert clock.inner_text() != before
    assert grave(page) == []
    shoot(page, f"handover-{language}")
    page.keyboard.press("1")
    page.locator("#panel .closed").wait_for()
    assert "team-east" in page.locator("#panel .closed").inner_text()
    page.goto(f"{bank.url}/desks/team-east")
    page.get_by_role("link", name="payment" if language == "en" else "付款").first.wait_for()


def _case_of(bank):
    for _ in range(100):
        page = bank.http.get(f"/clients/{CLIENT}").text
        if "/cases/k_" in page:
            return page[page.index("/cases/k_") + 7 :][:34]
    raise AssertionError("no case came")
