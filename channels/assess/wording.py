"""Words of diagnoses and advice, in Chinese and English."""

from typing import Final, Literal

from journeys.client.wealth.remedies.remedy import Do

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")
_Pair = tuple[str, str]
_DO: Final[dict[Do, _Pair]] = {
    Do.ADD_LIQUID: ("补充活钱 {yuan} 元", "add {yuan} yuan of ready money"),
    Do.COVER_LIFE: (
        "寿险保额缺口 {yuan} 元（仅供了解）",
        "life cover is short of {yuan} yuan (for information)",
    ),
    Do.COVER_ILLNESS: (
        "重疾保额缺口 {yuan} 元（仅供了解）",
        "critical-illness cover is short of {yuan} yuan (for information)",
    ),
    Do.COVER_MEDICAL: ("尚无医疗保障（仅供了解）", "no medical cover (for information)"),
    Do.BUY_GROUP: ("增加{about} {yuan} 元", "buy {yuan} yuan of {about}"),
    Do.SELL_GROUP: ("减少{about} {yuan} 元", "sell {yuan} yuan of {about}"),
    Do.TRIM: (
        "减持 {about} {yuan} 元，转入分散的资产",
        "trim {about} by {yuan} yuan, into what is spread",
    ),
    Do.SELL_ABOVE_CLASS: (
        "{about} 高于风险等级，涉及 {yuan} 元",
        "{about} is above the risk class: {yuan} yuan",
    ),
    Do.EQUITY_TO_FIXED: (
        "权益转固收 {yuan} 元",
        "move {yuan} yuan from equity to fixed income held to maturity",
    ),
    Do.LOWER_OWN_RISK: (
        "降低 {about} 的单一风险（持有 {yuan} 元）",
        "lower the risk of {about} alone ({yuan} yuan held)",
    ),
    Do.TAKE_TEST: ("重新做风险测评", "take the risk test again"),
    Do.SAVE_MONTHLY: ("每月储蓄提高到 {yuan} 元", "save {yuan} yuan a month"),
    Do.POSTPONE_GOALS: ("或将目标推迟 {amount} 年", "or put the goals off by {amount} years"),
    Do.RAISE_RETURN: (
        "预期收益距满分还差 {amount} 个基点",
        "the expected return is {amount} bp short",
    ),
    Do.CUT_FEE: (
        "{about} 换低费率份额，每年省 {yuan} 元",
        "a cheaper class of {about} saves {yuan} yuan a year",
    ),
    Do.DEPLOY: ("盘活闲置资金 {yuan} 元", "put {yuan} idle yuan to work"),
    Do.ROLL_OVER: (
        "{about} 将到期 {yuan} 元，请预约承接",
        "{about} matures ({yuan} yuan): book what follows",
    ),
    Do.LOWER_DEBT_SERVICE: ("每月还款减少 {yuan} 元", "lower debt service by {yuan} yuan a month"),
    Do.RETIRE_COSTLY_DEBT: ("先还高息负债 {yuan} 元", "retire {yuan} yuan of expensive debt first"),
}
_DIMENSIONS: Final[tuple[_Pair, ...]] = (
    ("流动性", "liquidity"),
    ("保障缺口", "protection"),
    ("配置贴合", "allocation"),
    ("集中度", "concentration"),
    ("风险匹配", "risk"),
    ("目标达成", "goals"),
    ("费用", "fees"),
    ("闲置与到期", "idle and maturing"),
    ("偿债", "debt"),
)
_TEXTS: Final[dict[str, _Pair]] = {
    "CASH": ("现金类", "cash"),
    "FI": ("固收类", "fixed income"),
    "EQ": ("权益类", "equity"),
    "ALT": ("另类", "alternatives"),
    "非常健康": ("非常健康", "very healthy"),
    "基本健康": ("基本健康", "healthy"),
    "亚健康": ("亚健康", "subhealthy"),
    "不健康": ("不健康", "unhealthy"),
    "hidden": (
        "信息不足，暂不显示总分（覆盖度 {coverage:.0%}）",
        "not shown: too little is known (coverage {coverage:.0%})",
    ),
    "score": (
        "财富健康分 {total:.1f} {label}（覆盖度 {coverage:.0%}）",
        "wealth health {total:.1f}, {label} (coverage {coverage:.0%})",
    ),
    "portfolio": ("持仓诊断", "portfolio diagnosis"),
    "account": ("账户诊断", "account diagnosis"),
    "finding": ("{name} {points:.1f}，失 {lost:.1f}", "{name}: {points:.1f}, {lost:.1f} lost"),
    "missing": ("（缺少信息，按默认计）", " (an answer is missing: imputed)"),
    "xray": ("透视", "x-ray"),
    "fees": (
        "每年费用 {fee} 元，其中高于基准 {excess} 元",
        "fees {fee} yuan a year, {excess} above benchmark",
    ),
    "incomplete": (
        "诊断不完整：请补全信息与收益记录",
        "not complete: answers or returns are missing",
    ),
    "move": (
        "{before:.1f} → {after:.1f}：卖出 {sell} {sold} 元，买入 {buy} {bought} 元（费用 {cost}）",
        "{before:.1f} → {after:.1f}: sell {sold} of {sell}, buy {bought} of {buy} (cost {cost})",
    ),
    "because": ("改善：{names}", "serves: {names}"),
    "rules": ("适当性：{rules} 均通过", "suitability: passed {rules}"),
    "moves": ("可选方案（择一）", "alternatives (choose one)"),
    "next": ("升一级所需的最小调整", "the smallest move to the next label"),
    "target": ("调整到目标配置的步骤", "step by step to the target"),
    "nothing": ("没有合适且有益的调整", "nothing suitable would help"),
    "cohort": (
        "可比客户 {cohort} 人，未计入 {left} 人，待复核 {held} 人",
        "{cohort} clients like for like, {left} left out, {held} held for review",
    ),
    "organic": ("有机增长（人均）{mean}", "organic growth a client: {mean}"),
    "shown": ("仅展示、不计入：{parts}", "shown, not counted: {parts}"),
    "paid": (
        "兑现比例 {share:.0%}，达成阶段：{stages}",
        "pays {share:.0%}; stages reached: {stages}",
    ),
    "refused": ("不兑现：{reasons}", "pays nothing: {reasons}"),
    "flag": ("{client}：{flags}", "{client}: {flags}"),
    "none": ("无", "none"),
    "30": ("≤30天", "≤30 d"),
    "90": ("≤90天", "≤90 d"),
    "180": ("≤180天", "≤180 d"),
    "365": ("≤365天", "≤365 d"),
    "later": ("365天以上", "beyond 365 d"),
    "open": ("无到期日", "no maturity"),
}


def say(text: str, language: Language, /, **values: object) -> str:
    """A sentence, or a word that is no name at all, as it is."""
    pair = _TEXTS.get(text)
    return text if pair is None else _pick(pair, language).format(**values)


def dimension(number: int, language: Language) -> str:
    """The name of D1 to D9."""
    return f"D{number} {_pick(_DIMENSIONS[number - 1], language)}"


def step(do: Do, about: str, amount: int, language: Language) -> str:
    """One step of a remedy."""
    pair = _pick(_DO[do], language)
    return pair.format(about=say(about, language), yuan=yuan(amount), amount=amount)


def yuan(fen: int) -> str:
    """An amount in yuan, in whole ones where it is large.

    Example:
        >>> yuan(123_456_789), yuan(1_050)
        ('1,234,568', '10.50')
    """
    return f"{fen / 100:,.0f}" if abs(fen) >= 100_000 else f"{fen / 100:,.2f}"  # noqa: PLR2004


def _pick(pair: _Pair, language: Language) -> str:
    return pair[LANGUAGES.index(language)]
