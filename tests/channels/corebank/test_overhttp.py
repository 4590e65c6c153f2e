"""A core bank over HTTP: its word comes through whole, and everything else is no answer."""

import httpx
import pytest

from channels.corebank.overhttp import HttpCoreBank, create_app
from channels.corebank.port import Done, NoAnswerError, answer_to
from channels.up.bank import serving
from tests.channels.corebank.test_standin import a_bank, request
from tests.services import free_port


@pytest.fixture
def over_http():
    """Serves a `carry_out` on a loopback port; the client that calls it."""
    opened = []

    def made(carry_out):
        port = free_port(29000)
        door = serving(create_app(carry_out), port)
        door.__enter__()
        core = HttpCoreBank(f"http://127.0.0.1:{port}", answer_s=2)
        opened.append((door, core))
        _until_up(port)
        return core, port

    yield made
    for door, core in opened:
        core.close()
        door.__exit__(None, None, None)


def _until_up(port):
    for _ in range(200):
        try:
            httpx.get(f"http://127.0.0.1:{port}/")
        except httpx.TransportError:
            continue
        return


def test_a_step_is_carried_out_once_for_its_key_however_often_it_is_asked(over_http):
    bank = a_bank()
    core, _ = over_http(bank.carry_out)
    asked = request("reserve_funds")
    assert [core.carry_out(asked) for _ in range(3)] == [Done(is_done=True)] * 3
    assert bank.carried_out[asked.key] == 1


def test_a_refusal_comes_through_with_its_reason(over_http):
    core, _ = over_http(a_bank().carry_out)
    said = answer_to(core, request("reserve_funds", parameters={"payment": "none", "account": "a",
                                                                "amount": 1}))  # fmt: skip
    assert (said.outcome, said.reason) == ("failed", "no_such_payment")


def test_a_bank_that_gives_no_answer_leaves_the_step_unknown(over_http):
    core, _ = over_http(a_bank(silent_after=1.0).carry_out)
    assert answer_to(core, request("reserve_funds")).outcome == "unknown"


def test_a_bank_that_is_away_leaves_the_step_unknown():
    core = HttpCoreBank("http://127.0.0.1:1", answer_s=1)
    said = answer_to(core, request("reserve_funds"))
    assert (said.outcome, said.reason) == ("unknown", "no_answer")
    core.close()


@pytest.mark.parametrize("body", ["", "{}", '{"done": "perhaps"}', "<html>"])
def test_a_word_that_cannot_be_read_is_no_answer(body):
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    core = HttpCoreBank("http://core")
    core._client = httpx.Client(base_url="http://core", transport=transport)
    with pytest.raises(NoAnswerError):
        core.carry_out(request("reserve_funds"))


def test_the_door_refuses_what_is_no_step_request(over_http):
    _, port = over_http(a_bank().carry_out)
    answer = httpx.post(f"http://127.0.0.1:{port}/v1/steps", json={"step": "send_payment"})
    assert (answer.status_code, answer.json()["code"]) == (422, "contract-violation")
