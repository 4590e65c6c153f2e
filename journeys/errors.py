"""The one error of this floor: a definition that cannot stand."""


class DefinitionError(Exception):
    """A catalogue, policy or reference is wrong; its fate is a refusal to start.

    The message says what, where and what to do.
    """
