"""What a verification found."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

_EXAMPLES: Final = 10


@dataclass(slots=True)
class Report:
    """All but the counts of work must be 0."""

    events: int = 0
    """Lines of the file that belong on an event log and were to be published."""
    lost: int = 0
    doubled: int = 0
    """By record where one owner writes a log; by id elsewhere, and everywhere after a freeze."""
    topic_repeats: int = 0
    """Records that stand twice under one name; no fault, for readers of these logs dedupe by it."""
    different: int = 0
    cap_overshoot: int = 0
    kills_under_load: int = 0
    releases: int = 0
    """Reference offsets that a marker names in every partition."""
    mode: str = "open"
    """`open`: the file holds ticks and claims; `closed`: the run made its own."""
    workers: int = 1
    """Of each fold."""
    ticks: int = 0
    claims: int = 0
    """On the event logs, from the file or, in a closed loop, from the run itself."""
    takeovers: int = 0
    """Kills after which another worker took over before the victim was started again."""
    freezes: int = 0
    broker_kills: int = 0
    stops: dict[str, int] = field(default_factory=dict)
    """Workers that ended by themselves with code 70 and were started again, by their words."""
    seed: int = 0
    outputs: int = 0
    states: int = 0
    dead_letters: int = 0
    facts_sha256: str = ""
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)
    """The first few differences, by place; never their content."""

    unpublished: int = 0
    """Lines that the file held and the log lacks, or has in another order, afterwards."""

    @property
    def is_clean(self) -> bool:
        """Nothing lost, doubled, different or over cap."""
        found = self.lost, self.doubled, self.different, self.cap_overshoot, self.unpublished
        return not any(found)

    def note(self, example: str) -> None:
        """Keep an example, while there are few."""
        if len(self.examples) < _EXAMPLES:
            self.examples.append(example)

    def data(self) -> dict[str, Any]:
        """The report as JSON data."""
        return asdict(self)
