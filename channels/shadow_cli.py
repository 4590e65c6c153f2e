"""`suishen catalogue shadow`: what a catalogue in shadow would have done, beside what was done.

Exit codes: 0 it decided throughout, 1 it failed to, 2 bad input, 70 machinery.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from channels.releases import at_cluster, at_folder, open_releases
from channels.telling import in_language, source, table, tell

_FAILED: Final = 1
_WORDS: Final = {
    "zh": {
        "sums": "影子目录 {catalogue}：与现行选择相同 {same} 次，不同 {other} 次",
        "head": ("动作", "两者都选", "仅现行", "仅影子"),
        "withheld": "现行已选、影子未选的原因：",
        "why": "  {action}: {why}，{times} 次",
        "examples": "不同的决定（可用 suishen explain DECISION{source} 查看现行的一侧）：",
        "nothing": "（无）",
        "faults": "影子无法作出决定：{faults}",
        "none": (
            "影子目录 {catalogue} 还没有作出过决定：进入影子阶段后，"
            "每位客户下一次作决定时它才一同作出"
        ),
    },
    "en": {
        "sums": "{catalogue} in shadow: the same choice as in life {same} times, another {other}",
        "head": ("action", "both", "life only", "shadow only"),
        "withheld": "Why it withheld what life chose:",
        "why": "  {action}: {why}, {times} times",
        "examples": (
            "Decisions that differ ('suishen explain DECISION{source}' tells life's side of each):"
        ),
        "nothing": "nothing",
        "faults": "it could not decide: {faults}",
        "none": (
            "{catalogue} has not decided in shadow yet: once in its shadow stage, "
            "it decides beside the one in force at each client's next decision"
        ),
    },
}


@click.command("shadow")
@click.argument("version", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@in_language
@at_folder
@at_cluster
def shadow(
    version: str | None, data: Path | None, bootstrap: str | None, *, lang: str, as_json: bool
) -> int:
    """What a catalogue in its shadow stage would have done, beside what was done.

    VERSION is of one that was in shadow earlier; without it, the one that is staged now.
    """
    from streams.shadowing import compare

    with open_releases(data, bootstrap) as releases:
        named = version or _staged(releases.view().staged)
        found = compare(releases.reader, named, _progress).document()
    if as_json:
        tell(found, as_json=True)
    else:
        click.echo("\n".join(told(found, _WORDS[lang], source(None, data, bootstrap))))
    return _FAILED if found["faults"] else 0


def _staged(staged: Any) -> str:  # noqa: ANN401 - of a reference, or none
    if staged is None:
        raise click.UsageError(
            "nothing is staged; name a VERSION that was in shadow, or begin one with "
            "'suishen catalogue stage FOLDER --to shadow --by NAME'"
        )
    return str(staged.catalogue.version)


def told(found: dict[str, Any], words: dict[str, Any], of_log: str = "") -> Iterator[str]:
    """A comparison in sentences, line by line."""
    if not found["same"] and not found["other"] and not found["faults"]:
        yield words["none"].format_map(found)
        return
    yield words["sums"].format_map(found)
    sides = ("both", "life", "shadow")
    rows = [(name, *(str(of[side]) for side in sides)) for name, of in found["actions"].items()]
    yield from table([words["head"], *rows])
    if found["withheld"]:
        yield words["withheld"]
        yield from (words["why"].format_map(row) for row in found["withheld"])
    if found["examples"]:
        yield words["examples"].format(source=of_log)
        for one in found["examples"]:
            life, other = (", ".join(one[side]) or words["nothing"] for side in ("life", "shadow"))
            yield f"  {one['decision'] or '–'}: {life} → {other}"
    if found["faults"]:
        faults = ", ".join(f"{name} × {times}" for name, times in found["faults"].items())
        yield words["faults"].format(faults=faults)


def _progress(done: int, of: int) -> None:
    click.echo(f"{done:,} of {of:,} conclusions read", err=True)
