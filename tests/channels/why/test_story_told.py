"""What a story misses is told by names, with the id that its author changes."""

import pytest

from channels.why.story_told import instead, stuck, wish
from channels.workbench.wording import Words
from journeys.errors import DefinitionError
from journeys.stories.judging import There
from journeys.stories.story import Wish
from journeys.stories.stuck import StuckError
from schemas.decisions import Candidate, Stage, WithheldReason
from tests.builders import MONDAY_10, the_catalogue

ZH = Words("zh", the_catalogue().at(MONDAY_10))
EN = Words("en", the_catalogue().at(MONDAY_10))
ASKED = "入账资金用途询问（inflow_question）"


def wished(word, value, **more):
    return Wish(word, value, more, "s.toml:1")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            wished("task", "inflow_question", by="app", desk="rm-li"),
            f"产生任务「{ASKED}」，渠道：手机应用（app），工位：rm-li",
        ),
        (wished("no_task", value=True), "不产生任务"),
        (wished("no_task", value=False), "产生任务"),
        (
            wished("recalled", "inflow_question", because="opted_out"),
            f"撤回任务「{ASKED}」，原因：已退订（opted_out）",
        ),
        (
            wished("journey", "large_inflow", step="ask"),
            "处于旅程「大额入账（large_inflow）」，步骤：询问用途（ask）",
        ),
        (
            wished("ended", "large_inflow", by="exit", because="opted_out"),
            "旅程「大额入账（large_inflow）」结束，方式：退出（exit），原因：已退订（opted_out）",
        ),
        (
            wished("withheld", "inflow_question", because="intent_off"),
            f"不选中「{ASKED}」，原因：不适用（intent_off）",
        ),
        (wished("intent", "leave", on=False), "意图「赎回流失（leave）」不再成立"),
        (wished("task", "moon"), "产生任务「moon」"),
    ],
)
def test_a_wish_is_told_in_chinese(asked, told):
    assert wish(asked, ZH) == told


@pytest.mark.parametrize(
    ("there", "told", "english"),
    [
        (There("task", ()), "没有任务", "there is no task"),
        (
            There("task", ({"action": "inflow_question", "channel": "app", "desk": None},)),
            f"有任务「{ASKED}」，渠道：手机应用（app），工位：无",
            "there is inflow_question by app (no desk)",
        ),
        (
            There("ended", ({"journey": "large_inflow", "end": "timeout", "reason": None},)),
            "旅程「大额入账（large_inflow）」结束，方式：超时结束（timeout），原因：无",
            "there is large_inflow by timeout (None)",
        ),
        (
            There("withheld", ({"chosen": True, "reason": None},)),
            "选中",
            "there is chosen",
        ),
        (
            There("intent", ({"intent": "leave", "on": True}, {"intent": "worry", "on": False})),
            "意图「赎回流失（leave）」成立；意图「亏损焦虑（worry）」不再成立",
            "there is leave on, worry off",
        ),
    ],
)
def test_what_is_there_instead_is_told_in_both(there, told, english):
    assert (instead(there, ZH), instead(there, EN)) == (told, english)


def test_why_a_story_cannot_go_on_names_the_rule():
    cap = Candidate(
        action="inflow_question",
        stage=Stage.CONTACT_POLICY,
        reason=WithheldReason.CAP_WEEK,
        rule="ct04",
        value=1,
        limit=0,
    )
    error = StuckError("no_task", "no task is open", action=None, withheld=(cap,))
    placed = error.at("s.toml:3", "desk")
    assert stuck(placed, ZH) == (
        f"s.toml:3：desk：此时没有未结任务；上一次决定未选中：{ASKED}，"
        "接触规则：一周接触名额已满（cap_week），规则 CT04，现为 1，限值 0"
    )
    assert stuck(placed, EN) == "s.toml:3: 'desk': no task is open"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            StuckError("no_task", "", action="inflow_question", withheld=()),
            f"此时没有未结任务「{ASKED}」；请看此前各行的结果",
        ),
        (
            StuckError("no_desk", "", action="inflow_question", channel="app"),
            f"任务「{ASKED}」不在任何工位，渠道为手机应用（app）；请改用 answers",
        ),
        (StuckError("no_product", "", product="moon"), "货架上没有产品「moon」"),
        (StuckError("no_level", ""), "请写明新的风险等级，例如 level = 3"),
        (StuckError("refused", "", fault="bad"), "未被接受：bad"),
    ],
)
def test_whatever_cannot_be_is_told_in_chinese(error, told):
    assert stuck(error.at("s.toml:3"), ZH) == f"s.toml:3：客户信息：{told}"


def test_a_fault_that_is_not_of_the_story_keeps_its_words():
    assert stuck(DefinitionError("the catalogue is wrong"), ZH) == "the catalogue is wrong"
