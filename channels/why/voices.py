"""What a model heard of a client: the bins that speak most for and against a goal, in words."""

from collections.abc import Iterator
from typing import Final

from journeys.catalogue.edition import Edition
from journeys.decide import propensity
from journeys.learning.predictor import MISSING, UNITS, Predictor, read
from journeys.reference import Reference
from schemas.decisions import ScoreParts

_TOLD: Final = 3
"""So many bins are told; all are in the record."""
_SAID: Final = {
    "chance": (
        "概率 {p:.2f}（基准 {prior:.2f}），模型 {models}",
        "chance {p:.2f} (base rate {prior:.2f}) by model {models}",
    ),
    "model": ("{which} 第{sequence}版", "{which} ({sequence})"),
    "for": ("有利：{bins}", "for it: {bins}"),
    "against": ("不利：{bins}", "against it: {bins}"),
    "bin": ("{measure}{range}（{weight:+.2f}）", "{measure} {range} ({weight:+.2f})"),
    "missing": ("未知", "not known"),
    "below": ("低于{least}{unit}", "below {least}{unit}"),
    "from": ("{least}{unit}及以上", "{least}{unit} or more"),
    "between": ("{least}至{most}{unit}", "{least} to {most}{unit}"),
}
"""Sentences by name: Chinese, English."""
_UNITS: Final = {
    "years": ("岁", " years"),
    "days": ("天", " days"),
    "points": ("分", " points"),
    "CNY": ("元", " yuan"),
    "hour": ("时", " h"),
    "count": ("", ""),
    "share": ("", ""),
}
_WORDS: Final = {
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "mass": ("大众", "mass"),
    "wealth": ("财富", "wealth"),
    "private": ("私行", "private"),
    "mon": ("周一", "Monday"),
    "tue": ("周二", "Tuesday"),
    "wed": ("周三", "Wednesday"),
    "thu": ("周四", "Thursday"),
    "fri": ("周五", "Friday"),
    "sat": ("周六", "Saturday"),
    "sun": ("周日", "Sunday"),
    "converted": ("已办成", "converted"),
    "interested": ("有兴趣", "interested"),
    "solved": ("已解决", "solved"),
    "not_now": ("暂不考虑", "not now"),
    "refused": ("谢绝", "refused"),
    "unreachable": ("未联系上", "not reached"),
    "declined": ("未承接", "declined"),
    "expired": ("已过期", "expired"),
    "other": ("其他", "other"),
}


class Voices:
    """Sentences of one language, over the reference and the policy that a decision used."""

    def __init__(self, language: str, edition: Edition, reference: Reference) -> None:
        self._edition, self._reference = edition, reference
        self._place = 0 if language == "zh" else 1
        self._comma = "、" if language == "zh" else ", "

    def lines(self, action: str, channel: str, parts: ScoreParts | None) -> Iterator[str]:
        """The chance with its model, then what spoke for and against; nothing of a base rate."""
        known, policy = self._edition.actions.get(action), self._edition.propensity
        if known is None or parts is None or parts.bins is None:
            return
        tables = propensity.asked(known, channel, self._reference, policy)
        if not tables:
            return
        models = [self._say("model", which=one.name, sequence=one.sequence) for one in tables]
        yield self._say("chance", p=parts.p, prior=parts.prior, models=self._comma.join(models))
        bins = read(parts.bins)
        strongest = propensity.spoken(tables, bins, policy)[:_TOLD]
        at = {one.id: (one, bins[place]) for place, one in enumerate(policy.predictors)}
        for side, sign in (("for", 1), ("against", -1)):
            said = [self._bin(*at[name], weight) for name, weight in strongest if weight * sign > 0]
            if said:
                yield self._say(side, bins=self._comma.join(said))

    def _bin(self, one: Predictor, at: int, weight: float) -> str:
        name = (one.name_zh, one.name_en)[self._place]
        return self._say("bin", measure=name, range=self._range(one, at), weight=weight)

    def _range(self, one: Predictor, at: int) -> str:
        if at == MISSING:
            return self._say("missing")
        if one.words:
            words = (*one.words, "other")
            return _WORDS.get(words[at - 1], (words[at - 1],) * 2)[self._place]
        unit = _UNITS.get(UNITS[one.id], ("", ""))[self._place]
        figure = "{:.0%}" if UNITS[one.id] == "share" else "{:,g}"
        least = None if at == 1 else figure.format(one.cuts[at - 2])
        most = None if at > len(one.cuts) else figure.format(one.cuts[at - 1])
        if least is None:
            return self._say("below", least=most, unit=unit)
        if most is None:
            return self._say("from", least=least, unit=unit)
        return self._say("between", least=least, most=most, unit=unit)

    def _say(self, name: str, **values: object) -> str:
        return _SAID[name][self._place].format(**values)
