"""Names for clients of tests."""


def client_of(number: int) -> str:
    """A client's token."""
    return f"ct_{number:032x}"
