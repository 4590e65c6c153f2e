"""What `suishen publish` did, in sentences of one language."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from channels.publishing import described
from channels.telling import Sentences, listed

_SAID: Final = {
    "counts": (
        "已发送 {sent} 条，受理 {accepted} 条，拒绝 {refused} 条",
        "{sent} sent, {accepted} accepted, {refused} refused",
    ),
    "codes": ("拒绝原因：{codes}", "refused for: {codes}"),
    "code": ("{code}（{many} 条）", "{code} ({many})"),
    "shown": ("以下为前 {many} 条被拒绝的事件：", "the first {many} of those refused:"),
    "became": ("处理结果见：{address}", "what became of it: {address}"),
}
"""Sentences by name: Chinese, English."""
say: Final = Sentences(_SAID).say


def lines(found: Mapping[str, Any], path: Path, pages: str | None, lang: str) -> Iterator[str]:
    """Counts, what was refused and why, and where each event that was taken is told of.

    Args:
        found: what was sent, as `publishing.publish_file` says it.
        path: of the file.
        pages: the workbench's URL; `None`: no page is told.
        lang: of the answer.
    """
    counts = {name: found[name] for name in ("sent", "accepted", "refused")}
    yield say("counts", lang, **counts)
    if found["codes"]:
        codes = found["codes"].items()
        named = (say("code", lang, code=code, many=many) for code, many in codes)
        yield say("codes", lang, codes=listed(named, lang))
    refusals = found["refusals"]
    if len(refusals) < found["refused"]:
        yield say("shown", lang, many=len(refusals))
    for refusal in refusals:
        yield described(path, refusal)
    for event_id in found["ids"] if pages is not None else ():
        yield say("became", lang, address=f"{pages}/events?event_id={event_id}")
