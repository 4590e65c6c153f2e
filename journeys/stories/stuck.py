"""A story that cannot go on."""

from typing import Any

from journeys.errors import DefinitionError


class StuckError(DefinitionError):
    """A story asks for what cannot be, such as an answer to no task.

    The message is in English, as of every fault; the fields say the same to whoever speaks another
    language.
    """

    def __init__(self, what: str, message: str, **values: Any) -> None:  # noqa: ANN401 - to be told
        super().__init__(message)
        self.what = what
        """One word for what cannot be."""
        self.values = values
        self.place = ""
        """`file:line`."""
        self.word = ""
        """Of the story, that asks for it; empty where the client themself cannot be."""

    def at(self, place: str, word: str = "") -> "StuckError":
        """The same with the place and the word that ask for it."""
        asks = f"'{word}'" if word else "the client"
        placed = StuckError(self.what, f"{place}: {asks}: {self}", **self.values)
        placed.place, placed.word = place, word
        return placed
