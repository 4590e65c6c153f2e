"""The net promoter score with its error: few answers say little."""

from collections.abc import Sequence
from math import sqrt

import msgspec

from journeys.client.wealth.returns.rules import PromoterRules

_PROMOTER, _DETRACTOR = 9, 6


class PromoterScore(msgspec.Struct, frozen=True):
    """Score and standard error, −100 to 100; `None` without answers."""

    answers: int
    score: float | None
    error: float | None
    is_published: bool


def promoter_score(answers: Sequence[int], rules: PromoterRules) -> PromoterScore:
    """Of answers 0 to 10: promoters gave 9 or 10, detractors 6 or less.

    Example:
        >>> rules = PromoterRules(publish_from=30, ask_every=1, ask_share=1.0, ask_stands=1)
        >>> found = promoter_score([10] * 22 + [8] * 12 + [3] * 6, rules)
        >>> found.score, round(found.error, 2), found.is_published
        (40.0, 11.62, True)
    """
    count = len(answers)
    if not count:
        return PromoterScore(0, None, None, is_published=False)
    up = sum(answer >= _PROMOTER for answer in answers) / count
    down = sum(answer <= _DETRACTOR for answer in answers) / count
    error = 100 * sqrt(max(0.0, up + down - (up - down) ** 2) / count)
    return PromoterScore(count, 100 * (up - down), error, count >= rules.publish_from)
