"""How the journeys of the demo's month ended: kept in `ends.toml`, for such a run takes minutes.

Made anew after a change of the mix:

    for seed in 7 8 9; do suishen demo --headless --days 30 --seed $seed --json > $seed.json; done
    python -m tests.channels.simulator.ends 7.json 8.json 9.json
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from channels.simulator.mix import read_mix
from schemas.facts import JourneyEnd

STORED = Path(__file__).with_name("ends.toml")


def stored() -> dict[str, Any]:
    """The table as it is kept: `mix`, and by seed and journey the runs that ended in each way."""
    return tomllib.loads(STORED.read_text(encoding="utf-8"))


def mix_digest() -> str:
    """What the table was made of: every rate, no comment, and not what tests expect of it."""
    rates = {name: table for name, table in read_mix().items() if name != "events"}
    return sha256(json.dumps(rates, sort_keys=True).encode()).hexdigest()


def write(summaries: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep the ends of some runs, by seed."""
    lines = [f'mix = "{mix_digest()}"']
    for seed, summary in summaries.items():
        lines += ["", f"[seed.{seed}]"]
        for journey, runs in summary["journeys"].items():
            ways = ", ".join(f"{end.value} = {runs.get(end.value, 0)}" for end in JourneyEnd)
            lines.append(f"{journey} = {{ {ways} }}")
    STORED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:]]
    write({file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files})
