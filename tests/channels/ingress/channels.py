"""The table of bad input as a channel would write it, and a log to replay it on."""

import json
from base64 import b64decode
from pathlib import Path

from schemas.reference import CatalogueFiles
from streams.catalogue_files import read_files
from streams.reference import markers, releases
from streams.topics import CLIENT_FACTS
from tests.builders import MONDAY_10
from tests.fakes import FakeLog

EXAMPLES = Path(__file__).parents[3] / "schemas" / "published" / "examples"
_LINES = (EXAMPLES / "invalid.jsonl").read_text(encoding="utf-8").splitlines()
INVALID = [each for each in map(json.loads, _LINES) if each["log"] != CLIENT_FACTS]
"""What somebody may send us: facts are our own."""
SOMEBODY = "ct_0f3a9d5c7e1b42688d90aa17c4e5b206"
"""Whom the examples are about."""


def body_of(example):
    if "base64" in example:
        return b64decode(example["base64"])
    parts = example.get("raw_parts") or [[example["raw"], 1]]
    return "".join(text * times for text, times in parts).encode()


def key_of(example):
    return example.get("key", SOMEBODY).encode()


def code_of(example):
    """Why a door refuses it; a door takes desks' events too, and none of the reference log."""
    if example["title"] == "a type of another log":
        return "key-mismatch"
    return "unknown-type" if example["log"] == "reference" else example["code"]


def a_log():
    """A log of one partition with the shipped catalogue and its marker."""
    log = FakeLog(partitions=1)
    log.append(releases([CatalogueFiles(version="t", files=read_files())], now=MONDAY_10))
    log.append(markers(log, offset=1, now=MONDAY_10))
    return log
