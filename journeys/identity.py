"""Names derived from their cause: a repeated step repeats them."""

from hashlib import blake2b


def derive(*parts: str | int) -> str:
    """32 hex digits that depend on every part and on their order.

    Example:
        >>> derive("ct_1", 7) == derive("ct_1", "7"), derive("a", "b") == derive("ab")
        (True, False)
    """
    text = "\x1f".join(map(str, parts))
    digest = _LONG.copy()
    digest.update(text.encode())
    return digest.hexdigest()


def short_hash(*parts: str | int) -> int:
    """63 bits of the same, for lists that must stay small."""
    return short_hash_of("\x1f".join(map(str, parts)))


def short_hash_of(text: str) -> int:
    """`short_hash` of a single text, for where every event asks for one.

    Example:
        >>> short_hash_of("a") == short_hash("a")
        True
    """
    digest = _SHORT.copy()
    digest.update(text.encode())
    return int.from_bytes(digest.digest()) >> 1


# Made once and copied: to say how long a digest shall be costs a quarter of it.
_LONG, _SHORT = blake2b(digest_size=16), blake2b(digest_size=8)
