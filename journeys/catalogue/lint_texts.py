"""Texts before anybody can say them: no banned word, and a way out of every marketing message."""

from collections.abc import Mapping, Sequence
from typing import Final

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.dating import Dated
from journeys.catalogue.edition import ConductRule
from journeys.catalogue.rows import Row
from journeys.lexicon.lexicon import Lexicon, screen

_NAMES: Final = ("name_zh", "name_en", "goal")
_TEXTS: Final = ("title_zh", "title_en", "text_zh", "text_en", "script_zh", "script_en")


def check_texts(
    actions: Mapping[str, Dated], lexicon: Lexicon | None, consented: ConductRule
) -> None:
    """Note every text that may not go out.

    Args:
        actions: those in force, by id.
        lexicon: of the same moment; `None` (a bad one, already noted) screens nothing.
        consented: row CT01, which names messages and the words of a way out.
    """
    for row in actions.values():
        action: Action = row.value
        check_words(row.row, _NAMES, action, lexicon)
        for at, treatment in zip(row.row.rows("treatment"), action.treatments, strict=False):
            check_words(at, _TEXTS, treatment, lexicon)
            if action.marketing and treatment.method in consented.words["messages"]:
                _check_way_out(at, treatment, consented)


def check_words(row: Row, keys: Sequence[str], said: object, lexicon: Lexicon | None) -> None:
    """Note every banned word in some texts of a row's value, which are its attributes."""
    if lexicon is None:
        return
    for key in keys:
        found = getattr(said, key)
        texts = found.values() if isinstance(found, Mapping) else found
        for text in (found,) if isinstance(found, str) else texts:
            for hit in screen(text, lexicon):
                row.fault(
                    f"'{text}' says what may not be said ({hit}); "
                    "reword it: see the classes of lexicon.toml",
                    key,
                )


def _check_way_out(row: Row, treatment: Treatment, consented: ConductRule) -> None:
    for key, words in (("text_zh", "way_out_zh"), ("text_en", "way_out_en")):
        known, said = consented.words[words], getattr(treatment, key).lower()
        if not any(word.lower() in said for word in known):
            row.fault(
                f"'{key}' of a marketing message offers no way out (ct01); "
                f"say one of {', '.join(known)}",
                key,
            )
