"""Two people release a catalogue: who drafted it, and somebody else, over the same difference.

A signature is over two digests: of the files, and of what they say otherwise than the catalogue in
force, which is counted. If another came into force meanwhile, even one that was rolled back since,
the difference is another, and unsigned: what people signed once is released once.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

from journeys.catalogue.difference import differences
from schemas.reference import Signed

Files = Mapping[str, str]


def digest_of(files: Files) -> str:
    """64 hex digits that change whenever a byte of the files does."""
    digest = sha256()
    for name in sorted(files):
        digest.update(name.encode() + b"\0" + files[name].encode() + b"\0")
    return digest.hexdigest()


def diff_digest(old: Files, new: Files, changes: int) -> str:
    """64 hex digits of every difference between two sets of files, as `catalogue diff` tells them.

    Args:
        old: texts of the catalogue in force.
        new: texts of the one that is to follow.
        changes: how many catalogues came into force for all so far, the one in force included.

    Raises:
        DefinitionError: a file is no TOML.
    """
    rows = [list(one) for one in differences(old, new)]
    said = json.dumps([changes, rows], default=str, sort_keys=True)
    return sha256(said.encode()).hexdigest()


def why_unsigned(signed: Signed | None, old: Files, new: Files, changes: int) -> str | None:
    """What is missing before these files may follow those; `None` if nothing is.

    Arguments as those of `diff_digest`.
    """
    if signed is None:
        return "nobody has signed it; two people do: 'suishen catalogue sign'"
    if signed.author == signed.releaser:
        return f"'{signed.author}' drafted and released it; somebody else has to release it"
    if signed.catalogue != digest_of(new):
        return "the signatures are of another catalogue; sign this one"
    if signed.diff != diff_digest(old, new, changes):
        return (
            "the signatures are over another difference: what is in force has changed since; look "
            "at it again with 'suishen catalogue diff', and sign again"
        )
    return None
