"""What an adviser says of a case on its page: each form is one signal on the client's log."""

import re

import pytest

from schemas import codec
from schemas.signals import casework
from schemas.signals.handover import HandoverAsked
from tests.builders import ACCOUNT, CLIENT
from tests.channels.workbench.test_pages import Bench
from tests.journeys.client.casework import PAYMENT
from tests.journeys.handing import Bank


class Forms(Bench):
    """The pages of a client whose payment failed, served by rm-li, team-east and remote-1."""

    def __init__(self, folder):
        super().__init__(folder)
        self.bank = Bank()
        self.bank.need(record={"payment": "p-17", "account": ACCOUNT})
        self.desk.serve()

    def open(self):
        self.desk.lived(self.bank)
        return self

    @property
    def path(self):
        return f"/cases/{self.bank.case.case_id}"

    def say(self, what, *, path=None, **fields):
        page = self.show(path or f"{self.path}?desk=remote-1").text
        hidden = {
            "token": re.search(r'name="token" value="([^"]*)"', page)[1],
            "nonce": f"n-{what}",
            "desk": "remote-1",
            "say": what,
        }
        where = path or f"{self.path}/words"
        return self.http.post(where, data=hidden | {"by": "desk"} | fields)

    def heard(self):
        records = self.desk.log.read("client-events", 0, 0, 100)
        return [codec.decode(record.value, codec.CLIENT_LOG) for record in records]

    def one(self, what, **fields):
        answer = self.say(what, **fields)
        assert answer.status_code == 202, answer.text
        (event,) = self.heard()
        assert (event.source, event.partitionkey) == ("/desk/workbench", CLIENT)
        return event


@pytest.fixture
def forms(tmp_path):
    forms = Forms(tmp_path)
    yield forms
    forms.database.dispose()


def test_a_note_goes_on_the_record_with_desk_channel_and_conversation(forms):
    event = forms.open().one(
        "note", kind="said", by="client", field="amount", value="1,280", text="是1280元"
    )
    assert isinstance(event, casework.NoteTaken)
    said = event.data
    assert (said.desk, said.channel, said.session, said.by) == (
        "remote-1", "remote", "remote-1:2026-11-23", "client"
    )  # fmt: skip
    assert (said.note.field, said.note.value, said.note.text) == ("amount", 128_000, "是1280元")


def test_personal_numbers_in_a_note_are_masked_and_the_record_keeps_its_own(forms):
    event = forms.open().one(
        "note", kind="said", by="client", field="payee", value="6222021234567890",
        text="打138.0000.0000",
    )  # fmt: skip
    assert (event.data.note.text, event.data.note.value) == ("打***", "6222021234567890")


def test_personal_numbers_in_a_hand_over_are_masked(forms):
    event = forms.open().one(
        "hand_over", kind="visit", want="回电138 0000 0000",
        next_step="2026-11-30核对6222/0212/3456/7890",
    )  # fmt: skip
    assert (event.data.want, event.data.next_step) == ("回电***", "2026-11-30核对***")


def test_the_same_form_sent_twice_is_one_event(forms):
    forms.open()
    for _ in range(2):
        forms.say("note", kind="said", by="client", text="好的")
    forms.say("note", kind="said", by="client", text="还有一件事")
    first, again, other = forms.heard()
    assert first.id == again.id != other.id


@pytest.mark.parametrize("text", ["这笔保本，绝对没有风险", "收益有保证，稳赚不赔"])
def test_an_advisers_words_are_read_and_a_clients_are_quoted(forms, text):
    answer = forms.open().say("note", kind="promised", by="desk", text=text)
    assert (answer.status_code, forms.heard()) == (409, [])
    assert "reword" in answer.text
    assert "rule M01" in answer.text
    quoted = forms.one("note", kind="said", by="client", text=text)
    assert quoted.data.note.text == text


def test_a_next_step_is_read_too(forms):
    more = {"kind": "visit", "next_step": "告诉客户这个产品保本"}
    answer = forms.open().say("hand_over", **more)
    assert (answer.status_code, forms.heard()) == (409, [])


def test_an_operation_is_offered_with_yuan_as_fen(forms):
    event = forms.open().one("want", operation="fix_failed_payment", **{
        "value.payment": "p-17", "value.account": ACCOUNT, "value.amount": "1280.00",
    })  # fmt: skip
    assert isinstance(event, casework.OperationWanted)
    assert event.data.parameters == PAYMENT


def test_the_clients_yes_is_taken_beside_the_whole_text(forms):
    forms.bank.note("said", "amount", value=128_000, by="client")
    forms.bank.want()
    page = forms.open().show(f"{forms.path}?desk=remote-1", "zh").text
    assert "请向客户完整念出" in page
    assert "1,280.00元" in page
    event = forms.one(
        "reply", operation_id=forms.bank.operation.operation_id, answer="yes", by="client"
    )
    assert isinstance(event, casework.OperationReplied)
    assert event.data.confirmed is True


@pytest.mark.parametrize(("answer", "solved"), [("yes", True), ("no", False)])
def test_a_case_is_settled_either_way(forms, answer, solved):
    event = forms.open().one("settle", answer=answer, by="client")
    assert isinstance(event, casework.CaseSettled)
    assert event.data.solved is solved


def test_the_owner_hands_over_and_nobody_else_sees_the_form(forms):
    forms.open()
    assert "Hand the case over" in forms.show(f"{forms.path}?desk=remote-1").text
    assert "Hand the case over" not in forms.show(f"{forms.path}?desk=rm-li").text
    event = forms.one("hand_over", kind="visit", to="rm-li", want="想见客户经理")
    assert isinstance(event, HandoverAsked)
    assert (event.data.by, event.data.desk, event.data.to) == ("desk", "remote-1", "rm-li")


def test_a_need_is_raised_from_the_clients_page(forms):
    page = forms.open().show(f"/clients/{CLIENT}").text
    path = f"/clients/{CLIENT}/needs/payment_failed"
    assert path in page
    answer = forms.say("need", path=path, **{"value.payment": "p-18", "value.amount": "99.5"})
    assert answer.status_code == 202
    (event,) = forms.heard()
    assert isinstance(event, casework.NeedRaised)
    assert (event.data.request, event.data.record) == (
        "payment_failed", {"payment": "p-18", "amount": 9950}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("note", {"kind": "sung", "text": "x"}, "Choose"),
        ("note", {"kind": "said"}, "Choose"),
        ("note", {"kind": "said", "text": "x", "by": "nobody"}, "Choose"),
        ("note", {"kind": "said", "field": "amount", "value": "many"}, "Choose"),
        ("want", {"operation": "fly"}, "Choose"),
        ("settle", {"answer": "perhaps"}, "Choose"),
        ("dance", {}, "Choose"),
        ("settle", {"answer": "yes", "desk": "rm-wang"}, "neither serves"),
    ],
)
def test_a_form_that_cannot_be_read_sends_nothing(forms, what, fields, said):
    answer = forms.open().say(what, **fields)
    assert (answer.status_code, forms.heard()) == (409, [])
    assert said.lower() in answer.text.lower()


def test_a_form_of_another_page_sends_nothing(forms):
    assert forms.open().say("settle", answer="yes", token="x").status_code == 403
    assert forms.heard() == []


def test_what_is_said_in_one_conversation_stays_in_it(forms):
    forms.bank.note("said", "amount", value=128_000, by="client", session="chat-7")
    page = forms.open().show(f"{forms.path}?desk=remote-1").text
    assert "the one going on: chat-7" in page
    event = forms.one("settle", answer="yes", by="client", session="chat-7")
    assert event.data.session == "chat-7"


def test_an_unknown_case_or_need_is_missing(forms):
    forms.open()
    assert forms.show("/cases/k_" + "9" * 32).status_code == 404
    assert forms.show(f"/clients/{CLIENT}/needs/fly").status_code == 404


def test_the_fold_takes_what_the_pages_send_and_refuses_a_foreign_desk(forms):
    event = forms.open().one("note", kind="said", by="client", field="amount", value="1280")
    forms.bank.hear(event)
    assert forms.bank.case.record["amount"] == 128_000
    foreign = event.model_copy(
        update={"id": "other", "data": event.data.model_copy(update={"desk": "rm-wang"})}
    )
    said = forms.bank.hear(foreign)
    assert [fact.data.reason for fact in said] == ["not_served_by_desk"]


def test_a_wrong_record_is_chosen_from_the_clients_last_tasks_by_name(forms):
    forms.desk.task(action="maturity_talk")
    path = f"/clients/{CLIENT}/needs/record_correction"
    page = forms.show(path).text
    assert 'name="value.action" autocomplete' not in page
    recent = page[page.index("Of the client&#39;s last tasks") : page.index("All others")]
    assert re.findall(r'<option value="(\w+)">([^<]+)', recent) == [
        ("maturity_talk", "Talk about maturing money")
    ]
    assert page.count('value="maturity_talk"') == 1
    assert "客户近期的任务" in forms.show(path, "zh").text
    answer = forms.say("need", path=path, **{"value.action": "maturity_talk"})
    assert answer.status_code == 202, answer.text
    (event,) = forms.heard()
    assert event.data.record == {"action": "maturity_talk"}


def test_of_a_client_without_tasks_every_action_is_offered(forms):
    page = forms.show(f"/clients/{CLIENT}/needs/record_correction").text
    assert "last tasks" not in page
    assert 'value="maturity_talk"' in page
