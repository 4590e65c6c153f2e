"""What one row answers."""

from collections.abc import Callable, Mapping

import msgspec

from journeys.catalogue.edition import ConductRule, ContactPolicy
from journeys.decide.conduct.told import Told
from journeys.decide.verdict import ALLOW, Verdict
from journeys.lexicon.lexicon import Lexicon


class Answer(msgspec.Struct, frozen=True):
    """A predicate's own answer."""

    verdict: Verdict = ALLOW
    applies: bool = True
    result: Mapping[str, str | int] | None = None
    """What a row that classifies came to."""
    hits: tuple[str, ...] | None = None
    """Classes of banned words, sorted; `None` for a row that reads no text."""


PASS = Answer()
ELSEWHERE = Answer(applies=False)
"""The row is about something else: ALLOW, and it does not apply."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one row answers, with the row and the input that was missing, if any."""

    rule: str
    version: str
    answer: Answer
    missing: str | None = None

    @property
    def verdict(self) -> Verdict:
        """What it says."""
        return self.answer.verdict


class Asked(msgspec.Struct, frozen=True):
    """A row, and policy that stands in other files."""

    rule: ConductRule
    contact: ContactPolicy
    """Contact hours and the weekly cap (CT03, CT04)."""
    lexicon: Lexicon


Predicate = Callable[[Told, ConductRule], Answer]
"""A row that its own numbers are enough for."""
WidePredicate = Callable[[Told, Asked], Answer]
"""A row that reads the lexicon or the contact policy as well."""
