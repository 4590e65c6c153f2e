"""A decision taken again, in a sentence or two."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.decisions import Decision

_SAID: Final = {
    "equal": (
        "依目录 {catalogue}，由 {count} 个已存事件重新决定：逐字节相同。",
        "Taken again from {count} stored events under catalogue {catalogue}: every byte equal.",
    ),
    "twice": (
        (
            "该录制不含当时写下的决定。现依目录 {catalogue} 计算两次（{count} 个已存事件；"
            "仅该客户的事件）：逐字节相同。说明日志必然得出该决定，不说明当时下发了什么。"
        ),
        (
            "This recording does not hold the decision as it was written. Computed twice now under "
            "catalogue {catalogue}, over {count} stored events and over the client's alone: every "
            "byte equal. It shows that the log leads to it, not what was issued."
        ),
    ),
    "differs": (
        "依目录 {catalogue}，由 {count} 个已存事件重新决定：不同，首处在 {at}。",
        "Taken again from {count} stored events under catalogue {catalogue}: differs at {at}.",
    ),
    "only": (
        (
            "录制只能证明该文件得出该决定：改动过的文件同样通过。请将整个日志的 facts_sha256 "
            "与本行留存的核对：--facts-sha256 HASH。它是全部结论与任务的摘要，"
            "suishen demo --headless 与 suishen verify 会打印；"
            "suishen replay 打印的是两套规则各自结论的摘要，与此不同。"
        ),
        (
            "A recording proves only that this file gives this decision: a changed file passes "
            "too. Compare the file's facts_sha256 with what the bank kept: --facts-sha256 HASH. It "
            "is of every fact and task of the whole log, and 'suishen demo --headless' and "
            "'suishen verify' print it; that of 'suishen replay' is another, of what each of two "
            "catalogues concludes."
        ),
    ),
    "kept": (
        "整个日志的 facts_sha256 与给出的一致：{hash}。",
        "The whole log's facts_sha256 is the one given: {hash}.",
    ),
    "not_kept": (
        "整个日志的 facts_sha256 是 {hash}，与给出的不同：这不是留存的那份日志，或代码不同。",
        (
            "The whole log's facts_sha256 is {hash}, not the one given: this is not the log that "
            "was kept, or the code is another."
        ),
    ),
    "state": (
        "由决定中记录的客户状态重新决定：候选与理由全部相同。",
        (
            "Decided anew from the client's state as the decision keeps it: the same candidates "
            "for the same reasons."
        ),
    ),
    "other_state": (
        "由决定中记录的客户状态重新决定：结果不同。",
        (
            "Decided anew from the client's state as the decision keeps it: other candidates or "
            "reasons."
        ),
    ),
    "no_state": (
        "该决定未产生任务，因此没有保存状态。",
        "It issued no task, so that no state was kept with it.",
    ),
}
"""Sentences by name: Chinese, English."""
_OF_STATE: Final = {True: "state", False: "other_state", None: "no_state"}


def recomputed(
    found: Mapping[str, Any], taken: Decision, events: int, language: str, *, is_written: bool
) -> Iterator[str]:
    """Whether the log leads to the decision again, and whether its own state does.

    Args:
        found: `identical`, `differs_at`, `from_state`; `log_identical` where a hash was given.
        taken: the decision.
        events: how many of the log lead up to it.
        language: `zh` or `en`.
        is_written: the log holds it as it was written; a recording does not.
    """
    place = 0 if language == "zh" else 1
    same = "equal" if is_written else "twice"
    first = same if found["identical"] else "differs"
    said = {"count": events, "catalogue": taken.versions.catalogue, "at": found["differs_at"]}
    yield _SAID[first][place].format(**said)
    yield _SAID[_OF_STATE[found["from_state"]]][place]
    if "log_identical" in found:
        yield _SAID["kept" if found["log_identical"] else "not_kept"][place].format(
            hash=found["log_facts_sha256"]
        )
    elif not is_written:
        yield _SAID["only"][place]
