"""Cases on a client's page, in both languages."""

import re

import pytest

from channels.workbench.wording import Words
from schemas import cases
from tests.builders import CLIENT, MONDAY_10, the_catalogue
from tests.channels.workbench.test_pages import Bench
from tests.contracts.test_cases import a_case_that_went_wrong
from tests.journeys.client.casework import solved


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def shown(bench, language):
    page = bench.show(f"/clients/{CLIENT}", language).text
    section = page[page.index('aria-labelledby="cases"') :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section[: section.index("</section>")]))


def test_a_case_shows_who_has_it_what_is_known_and_what_was_done(bench):
    bench.desk.lived(a_case_that_went_wrong())
    english = shown(bench, "en")
    for words in (
        "A payment failed", "waits for the bank", "owner remote-1", "CNY 1,280",
        "asked: payment", "asked before", "not possible, taken back", "with remote-1",
        "Core bank asked: release the money",
    ):  # fmt: skip
        assert words in english
    chinese = shown(bench, "zh")
    for words in (
        "付款失败",
        "等待银行",
        "未能办理，已全部撤回",
        "1,280.00元",
        "重复询问",
        "释放资金",
    ):
        assert words in chinese


def test_a_solved_case_says_until_when_it_may_be_opened_again(bench):
    bench.desk.lived(solved())
    assert "may be opened again until" in shown(bench, "en")
    assert "核心系统已确认" in shown(bench, "zh")


def test_a_solved_case_that_the_core_bank_contradicts_shows_owner_clock_and_what_to_do(
    bench,
):
    life = solved()
    path = f"/cases/{life.case.case_id}"
    bench.desk.lived(life)
    assert "does not go on by itself" not in bench.show(path, "en").text
    life.answer("failed", step=life.asked[-1])
    bench.desk.lived(life)
    english = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bench.show(path, "en").text))
    for words in (
        "answers contradict each other · It does not go on by itself", "waits for the bank",
        f"owner {life.case.owner}", "due", "opened again · answers contradict each other",
    ):  # fmt: skip
        assert words in english
    assert "应答相互矛盾</strong> · 该办理不会自动继续" in bench.show(path, "zh").text


def test_a_client_without_cases_says_how_one_comes(bench):
    bench.desk.full()
    assert "No case yet" in shown(bench, "en")


def test_an_inbox_lists_the_cases_that_its_desk_owns_and_are_still_open(bench):
    bench.desk.full()
    bench.desk.lived(a_case_that_went_wrong())
    page = bench.show("/desks/remote-1").text
    assert "Cases that this desk owns" in page
    assert "A payment failed p-17" in page
    assert f'/clients/{CLIENT}#cases"' in page
    assert "Cases that this desk owns" not in bench.show("/desks/rm-li").text


def test_a_resolved_case_is_in_no_inbox(bench):
    bench.desk.full()
    bench.desk.lived(solved())
    assert "Cases that this desk owns" not in bench.show("/desks/remote-1").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_a_case_has_a_name_in_both_languages(language):
    words = Words(language, the_catalogue().at(MONDAY_10))
    kinds = {
        "case_life": cases.CaseLife,
        "case_move": cases.CaseMove,
        "note": cases.NoteKind,
        "operation_state": cases.OperationState,
    }
    named = [(kind, each.value) for kind, enum in kinds.items() for each in enum]
    work = the_catalogue().at(MONDAY_10).casework
    named += [
        ("core_step", word)
        for each in work.operations.values()
        for step in each.steps
        for word in (step.id, step.undo)
        if word
    ]
    named += [("field", name) for each in work.types.values() for name in each.record]
    reasons = cases.FirstContact.model_fields["reason"].annotation.__args__[0].__args__
    named += [("first_contact", reason) for reason in reasons]
    missing = [f"{kind}.{code}" for kind, code in named if not has(words, kind, code)]
    assert missing == []


def has(words, kind, code):
    name = f"{kind}.{code}"
    return words._messages.gettext(name) != name
