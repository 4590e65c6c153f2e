"""What a folder of policy holds and how two differ, in words of one language."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from channels.workbench.wording import Words
from journeys.catalogue.difference import Difference, shown

_SIZES: Final = {
    "folder": ("文件夹", "folder"),
    "version": ("版本", "version"),
    "editions": ("先后生效的版次", "editions"),
    "actions": ("行动", "actions"),
    "journeys": ("旅程", "journeys"),
    "rules": ("规则", "rules"),
    "unsigned": ("未单独签署的规则", "rules without a signature of their own"),
}
"""Chinese, English."""
_SUMS: Final = {
    "zh": "{count} 处不同，{old} → {new}",
    "en": "{count} {differences}, {old} → {new}",
}


def sizes(found: Mapping[str, Any], words: Words) -> Iterator[str]:
    """What `check` counted, a line for each name."""
    place, colon = (0, "：") if words.language == "zh" else (1, ": ")
    for name, value in found.items():
        yield f"{_SIZES[name][place]}{colon}{value}"


def changed(one: Difference, words: Words) -> str:
    """A difference as the files have it, with the word for the key where there is one."""
    if words.language == "zh" and not one.key:
        one = one._replace(key="整行")
    word = words.code("policy_key", one.key)
    if word in {one.key, one.key.replace("_", " "), ""}:
        return shown(one)
    beside = f"（{word}）" if words.language == "zh" else f" ({word})"
    return f"{shown(one)}{beside}"


def differing(count: int, versions: Mapping[str, str], words: Words) -> str:
    """How many differences there are, of which catalogues."""
    many = "difference" if count == 1 else "differences"
    return _SUMS[words.language].format(count=count, differences=many, **versions)
