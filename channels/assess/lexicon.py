"""`assess lexicon`: which classes of banned words each sentence hits.

{"sentences": [{"id", "text"}]}
"""

from typing import Any

from channels.assess.reading import At
from journeys.lexicon.lexicon import Lexicon, screen


def answers(form: At, lexicon: Lexicon) -> list[dict[str, Any]]:
    """One result for each sentence, in order."""
    return [_answer(one, lexicon) for one in form.name("sentences").items()]


def _answer(sentence: At, lexicon: Lexicon) -> dict[str, Any]:
    said = sentence.name("text")
    text = "" if said.value == "" else said.text()
    return {"classes": list(screen(text, lexicon))}
