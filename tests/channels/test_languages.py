"""One rule of language for all commands: answers in words take `--lang`, Chinese unless asked."""

import click

from channels.cli import commands
from channels.telling import LANGUAGES

IN_ENGLISH = {
    "assess": "JSON",
    "bench": "figures of machines",
    "case": "JSON by name",
    "dead-letters": "records of machines, and their repair",
    "demo": "a process: what it prints as it starts and stops",
    "epoch": "offsets",
    "kafka": "what a cluster has",
    "models": "figures of model risk",
    "revenue": "a count of rows",
    "run": "a process",
    "up": "a process",
    "verify": "a proof: figures of machines",
}
"""What answers no question in words, and what it prints."""


def leaves(command, context, path=()):
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        yield from leaves(command.get_command(context, name), context, (*path, name))


def languages():
    """By command, the options that choose its language."""
    found = leaves(commands, click.Context(commands))
    return {
        path: [option for option in command.params if "--lang" in option.opts]
        for path, command in found
    }


def test_a_command_that_answers_in_words_has_one_option_and_one_default():
    for path, options in languages().items():
        if path[0] in IN_ENGLISH:
            continue
        [option] = options
        assert (option.default, tuple(option.type.choices)) == ("zh", LANGUAGES), path


def test_the_others_are_known_by_name_and_have_none():
    found = languages()
    assert {path[0] for path in found} >= IN_ENGLISH.keys()
    assert [path for path, options in found.items() if path[0] in IN_ENGLISH and options] == []
