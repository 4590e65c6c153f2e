"""What rows of one edition say of each other: names that must be known, windows that must fit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from journeys.catalogue.actions import Action
from journeys.catalogue.dating import Dated, in_force
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import Triggers
from journeys.catalogue.lint_casework import check_casework
from journeys.catalogue.lint_journey import check_slots
from journeys.catalogue.lint_texts import check_texts
from journeys.client.wealth.parameters import WealthParameters
from journeys.learning.predictor import MOST_PREDICTORS
from journeys.summed import summed
from schemas.time import DAY, Instant


def check_edition(rows: Sequence[Dated], moment: Instant) -> None:
    """Note, at the rows themselves, what does not fit together at a moment."""
    actions = in_force(rows, "action", moment)
    journeys = in_force(rows, "journey", moment)
    limits = in_force(rows, "triggers", moment)["triggers"].value
    _check_tests(rows, moment)
    _check_stages(rows, moment)
    _check_treatments(actions)
    words = in_force(rows, "lexicon", moment)["lexicon"].value
    check_texts(actions, words, in_force(rows, "rule", moment)["ct01"].value)
    _check_rates(rows, actions, moment)
    _check_predictors(rows, moment)
    _check_judged(rows, moment)
    check_casework(rows, moment)
    marketing = [row.id for row in actions.values() if row.value.marketing]
    _check_decision_due(journeys, in_force(rows, "rule", moment)["x01"].value.numbers["wait_days"])
    for row in in_force(rows, "guard", moment).values():
        for action in row.value.actions:
            row.row.known("actions", action, actions, what="action")
    for row in journeys.values():
        _check_actions(row, actions)
        _check_windows(row, limits)
        check_slots(row.row, row.value, marketing)


def _check_tests(rows: Sequence[Dated], moment: Instant) -> None:
    """The month in which a test lapses is one number, said to the gate and to the score."""
    row = in_force(rows, "rule", moment)["s07"]
    wealth: WealthParameters | None = in_force(rows, "wealth", moment)["wealth"].value
    months = row.value.numbers["test_months"]
    if wealth is not None and months != wealth.risk.test_age[0][0]:
        row.row.fault(
            f"a test is valid {months} months here, and costs points from month "
            f"{wealth.risk.test_age[0][0]:g} on in risk.test_age of wealth.toml; write the same",
            "test_months",
        )


def _check_predictors(rows: Sequence[Dated], moment: Instant) -> None:
    found = list(in_force(rows, "predictor", moment).values())
    if not found:
        at = in_force(rows, "learning", moment)["learning"].row
        at.fault("outcomes are learned from no predictor; write a [[predictor]]")
    for row in found[MOST_PREDICTORS:]:
        row.row.fault(f"more than {MOST_PREDICTORS} predictors are in force; end one of them")


def _check_judged(rows: Sequence[Dated], moment: Instant) -> None:
    """A chance is judged when its window has ended, which what it is learned by says."""
    rules = in_force(rows, "learning", moment)["learning"].value
    longest = max(rules.digital_window, rules.adviser_window)
    for measure in ("model_auc", "model_skill", "win_loss"):
        row = in_force(rows, "measure", moment)[measure]
        if row.value.window < longest:
            row.row.fault(
                f"a chance is judged after {row.value.window // DAY}d here, and its goal counts "
                f"for {longest // DAY}d in predictors.toml; write that or more",
                "window",
            )


def _check_decision_due(journeys: Mapping[str, Dated], days: int) -> None:
    """The day on which a complaint must be decided is one number, said by rule X01."""
    for row in journeys.values():
        journey: Journey = row.value
        dues = {step.after for step in journey.steps.values() if step.since == "opened"}
        if journey.trigger == "complaint" and days * DAY not in dues:
            row.row.fault(
                f"journey '{journey.id}' lets the day pass on which a complaint must be decided "
                f'(rule x01); write timeout = {{ after = "{days}d", since = "opened", to = … }}'
            )


def check_wealth(rows: Sequence[Dated]) -> None:
    """An id names one set for good: books and facts know a set by nothing else."""
    known: dict[str, WealthParameters] = {}
    sets = [row for row in rows if row.kind == "wealth" and row.value is not None]
    for row in sorted(sets, key=lambda one: one.starts):
        found: WealthParameters = replace(row.value, valid_from=date.min)
        if known.setdefault(found.id, found) != found:
            row.row.fault(
                f"wealth parameters '{found.id}' stand twice with other numbers; "
                "give the new set an id of its own",
                "id",
            )


def _check_stages(rows: Sequence[Dated], moment: Instant) -> None:
    stages = list(in_force(rows, "stage", moment).values())
    paid = summed(stage.value.pays for stage in stages)
    if paid > 1 + _HAIR:
        stages[-1].row.fault(
            f"stages pay {paid:.0%} of the bonus together; write 100% in all or less", "pays"
        )


_HAIR: Final = 1e-9


def check_signed(rows: Iterable[Dated]) -> None:
    """Note every rule that its owner has not signed."""
    for row in rows:
        if row.kind == "rule" and not row.value.signed_by:
            row.row.fault(f"rule '{row.id}' is not signed; write signed_by and signed_on")


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
    conditions += [("branch", step.when) for step in journey.steps.values() if step.when]
    for key, condition in conditions:
        for word, window in sorted(condition.windows):
            if window > kept:
                row.row.fault(
                    f"'{key}': '{word} in {window // DAY}d' looks further than the history kept "
                    f"({limits.maturity_notice_days}d); write {limits.maturity_notice_days}d or "
                    "less, or raise maturity_notice_days in triggers.toml",
                    key,
                )
