"""Commands that live in modules of their own and are read only when they are asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from typing_extensions import override


class LazyGroup(click.Group):
    """A group that knows where some of its commands stand: `name → module:attribute`."""

    def __init__(self, *args: Any, elsewhere: Mapping[str, str], **options: Any) -> None:
        self._elsewhere = elsewhere
        super().__init__(*args, **options)

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._elsewhere})

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self._elsewhere.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, name = place.partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found
