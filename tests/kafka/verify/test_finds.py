"""The published proof finds what is not well: three bugs planted in a worker."""

import sys
from pathlib import Path

import pytest

from streams.verify.choice import start

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.untraced]
PLANTED = str(Path(__file__).parents[1] / "planted.py")


def planted(bug):
    return (sys.executable, PLANTED, bug)


def test_outputs_that_go_out_last_are_found_missing(run):
    report = run(kills=1, workers=1, worker=planted("order"), start=start)
    assert report.lost > 0, report


def test_a_state_that_does_not_say_what_it_holds_is_found(run):
    report = run(kills=1, workers=1, worker=planted("applied"), start=start)
    assert report.different + report.doubled > 0, report


def test_names_that_change_with_every_process_are_found(run):
    report = run(kills=0, workers=1, worker=planted("ids"), start=start)
    assert report.different > 0, report
