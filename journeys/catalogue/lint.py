"""What rows of one edition say of each other: names that must be known, windows that must fit."""

from collections.abc import Mapping, Sequence

from journeys.catalogue.actions import Action
from journeys.catalogue.dating import Dated, in_force
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Triggers
from journeys.catalogue.lint_journey import check_slots
from schemas.time import DAY, Instant


def check_edition(rows: Sequence[Dated], moment: Instant) -> None:
    """Note, at the rows themselves, what does not fit together at a moment."""
    actions = in_force(rows, "action", moment)
    journeys = in_force(rows, "journey", moment)
    limits = in_force(rows, "triggers", moment)["triggers"].value
    _check_treatments(actions)
    _check_rates(rows, actions, moment)
    marketing = [row.id for row in actions.values() if row.value.marketing]
    for row in journeys.values():
        _check_actions(row, actions)
        _check_windows(row, limits)
        check_slots(row.row, row.value, marketing)


def _check_treatments(actions: Mapping[str, Dated]) -> None:
    owners: dict[str, str] = {}
    for row in actions.values():
        for treatment in row.value.treatments:
            owner = owners.setdefault(treatment.id, row.id)
            if owner != row.id or sum(t.id == treatment.id for t in row.value.treatments) > 1:
                row.row.fault(f"treatment '{treatment.id}' stands twice; rename one")


def _check_rates(rows: Sequence[Dated], actions: Mapping[str, Dated], moment: Instant) -> None:
    rates = in_force(rows, "base_rate", moment)
    for row in actions.values():
        action: Action = row.value
        for treatment in action.treatments:
            if f"{action.id}/{treatment.channel}" not in rates:
                row.row.fault(
                    f"action '{action.id}' has no base rate for channel '{treatment.channel}'; "
                    "write a [[base_rate]] in arbitration.toml for the same days"
                )
    known = in_force(rows, "action", moment)
    for rate in rates.values():
        rate.row.known("action", rate.id.partition("/")[0], known, what="action")
    for lever in in_force(rows, "lever", moment).values():
        lever.row.known("action", lever.id, known, what="action")


def _check_actions(row: Dated, actions: Mapping[str, Dated]) -> None:
    journey: Journey = row.value
    for at, step in zip(row.row.rows("step"), journey.steps.values(), strict=False):
        if step.do:
            at.known("do", step.do, actions, what="action")


def _check_windows(row: Dated, limits: Triggers) -> None:
    """An instant ahead is known from the notice on: a wider window would never be seen whole."""
    journey: Journey = row.value
    kept = limits.maturity_notice_days * DAY
    conditions = [("entry", journey.entry), ("goal", journey.goal)]
    conditions += [("exits", condition) for _, condition in journey.exits]
    for key, condition in conditions:
        for word, window in sorted(condition.windows):
            if window > kept:
                row.row.fault(
                    f"'{key}': '{word} in {window // DAY}d' looks further than the history kept "
                    f"({limits.maturity_notice_days}d); write {limits.maturity_notice_days}d or "
                    "less, or raise maturity_notice_days in triggers.toml",
                    key,
                )
