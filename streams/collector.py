"""When Python's collector looks for rings of garbage: a fold makes none, the libraries few."""

import gc
from typing import Final

_COLLECT: Final = (100_000, 20, 20)
"""By default after 700 objects: that is several looks at each slice of events under way.

A slice that decides much passes 20,000 with what is fetched meanwhile, and a look takes 13 ms then.
"""


def look_seldom() -> None:
    """Of a process that folds events: look at a hundred thousand objects, not at some hundreds."""
    gc.set_threshold(*_COLLECT)


def pass_over_what_is_loaded() -> None:
    """The same, and what is there now stays: it need not be looked at again at every turn."""
    gc.collect()
    gc.freeze()
    look_seldom()
