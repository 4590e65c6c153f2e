"""Which processes the product has on one machine, in the order in which they start."""

from collections.abc import Mapping
from typing import Final, NamedTuple

CHANNELS: Final = "corebank=/corebank,consent=/consent"
"""Systems of the synthetic bank that have topics of their own; the others speak over HTTP."""


class Part(NamedTuple):
    """One process."""

    name: str
    arguments: tuple[str, ...]
    """Of `suishen`."""
    metrics_port: int
    settings: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Its own settings, on top of those that all share."""
        return {"SUISHEN_METRICS_PORT": str(self.metrics_port), **self.settings}


def parts(port: int) -> tuple[Part, ...]:
    """Every process; the gateway listens at `port`, the workbench at the next, probes above."""
    doors = {"gateway": port, "workbench": port + 1}
    engines = {f"engine-{fold}": ("engine", "--fold", fold) for fold in ("client", "desk")}
    core = {"operations": {"SUISHEN_COREBANK_URL": f"http://127.0.0.1:{core_port(port)}"}}
    named_alike = ("ingress", "timers", "sweeper", "projector", "operations", "guard")
    others = (*named_alike, *doors)
    named = engines | {name: (name,) for name in others}
    return tuple(
        Part(
            name,
            ("run", *arguments),
            port + 2 + number,
            {"SUISHEN_PORT": str(doors[name])} if name in doors else core.get(name, {}),
        )
        for number, (name, arguments) in enumerate(named.items())
    )


def core_port(port: int) -> int:
    """Where the synthetic bank's core listens."""
    return port + 19
