"""What an action or a journey waits for, in words: conditions and the triggers of journeys."""

import re
from collections.abc import Mapping
from typing import Final

from channels.workbench.wording import Words
from journeys.condition import fen_of

_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "now": ("此刻", "now"),
    "language": ("语言", "language"),
    "tier": ("客户等级", "the client's tier"),
    "segment": ("客户分群", "the client's segment"),
    "age": ("年龄", "age"),
    "risk_class": ("风险等级", "risk class"),
    "marketing_consent": ("同意营销", "consent to marketing"),
    "profiling_consent": ("同意画像", "consent to profiling"),
    "complaint_open": ("有未结投诉", "a complaint is open"),
    "case_stuck": ("有事项停滞", "a case is stuck"),
    "case_overdue": ("有事项逾期", "a case is overdue"),
    "handover_late": ("移交超时", "a handover is late"),
    "opted_out": ("已退订", "opted out"),
    "score": ("财富健康分", "wealth health score"),
    "coverage": ("资料完整度", "share of the record that is known"),
    "holdings": ("在行资产", "holdings"),
    "idle": ("闲置资金", "idle money"),
    "invested": ("已投资金额", "money invested"),
    "monthly_spend": ("月支出", "spending a month"),
}
_TRIGGERS: Final[Mapping[str, tuple[str, str]]] = {
    "maturity_near": ("产品临近到期", "a maturity comes near"),
    "inflow": ("资金入账", "money comes in"),
    "complaint": ("客户投诉", "a complaint is opened"),
    "complaint_settled": ("投诉了结", "a complaint is settled"),
    "complaint_disputed": (
        "投诉未获认可而结",
        "a complaint is closed without the client's agreement",
    ),
    "form_saved": ("申请已保存未提交", "an application is saved and not sent"),
    "form_sent": ("申请已提交", "an application is sent"),
    "form_failed": ("申请提交失败", "our system refuses an application"),
    "scene_entered": ("从合作方场景进入", "the client comes through a partner's scene"),
    "scene_done": ("合作方场景办结", "a partner's scene is done"),
    "scene_withdrawn": ("撤回对合作方的同意", "consent to a partner is withdrawn"),
    "salary": ("工资到账", "a salary arrives"),
    "salary_left": ("工资转出", "a salary leaves again"),
    "salary_kept": ("工资留存", "a salary is kept"),
    "tested": ("完成风险测评", "the client takes the risk test"),
    "fell": ("持仓下跌", "holdings fall in value"),
    "diagnosis_due": ("诊断到期", "a diagnosis is due"),
    "regraded": ("产品风险等级调整", "a product held is graded anew"),
    "scored": ("财富健康分下降", "the wealth health score falls"),
}
_SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "and": ("且", "and"),
    "or": ("或", "or"),
    "not": ("并非", "not"),
    "in": ("属于", "in"),
    ">=": ("不低于", "at least"),
    "<=": ("不高于", "at most"),
    ">": ("高于", "above"),
    "<": ("低于", "below"),
    "==": ("为", "is"),
    "!=": ("不为", "is not"),
}
_BESIDE_HAN: Final = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_TOKEN: Final = re.compile(r"[\d_]+(?:\.\d+)? CNY|[a-z][a-z_.]*|[<>=!]=|[<>]|\S")


def condition(text: str, words: Words) -> str:
    """A condition as its author would say it; a word from the future shows as it is."""
    said = (_token(token, words) for token in _TOKEN.findall(text))
    spaced = " ".join(said).replace("( ", "(").replace(" )", ")")
    return (
        spaced
        if words.language == "en"
        else re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", spaced)
    )


def word(name: str, words: Words) -> str:
    """A word of conditions."""
    if name.startswith("intent."):
        intent = words.code("intent", name.removeprefix("intent."))
        return f"意图「{intent}」成立" if words.language == "zh" else f"intent '{intent}'"
    return _pick(_WORDS.get(name, (name, name)), words)


def trigger(name: str, words: Words) -> str:
    """What starts a journey."""
    return _pick(_TRIGGERS.get(name, (name, name)), words)


def _token(token: str, words: Words) -> str:
    fen = fen_of(token)
    if fen is not None:
        return words.money(fen)
    return _pick(_SIGNS[token], words) if token in _SIGNS else word(token, words)


def _pick(said: tuple[str, str], words: Words) -> str:
    return said[0 if words.language == "zh" else 1]
