"""Editions out of dated rows: one for every stretch of time in which nothing changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.casework import HANDOVERS, CaseType, Casework, OperationType
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.dating import Dated, boundaries, in_force
from journeys.catalogue.definitions import Journey
from journeys.catalogue.edition import (
    Arbitration,
    BookPolicy,
    Conduct,
    Edition,
    Lateness,
    Propensity,
    Suitability,
    WealthBefore,
)
from journeys.catalogue.lint import check_edition, check_wealth
from journeys.catalogue.narrowing import by_outlet, for_bank
from journeys.catalogue.read_conduct import LEVELS, SALE, TABLE
from journeys.catalogue.read_measures import CHECKS, MEASURES
from journeys.catalogue.read_policies import ANY_KIND, GATE
from journeys.catalogue.source import Faults
from journeys.catalogue.written import written
from journeys.client.intent.policy import INTENTS
from journeys.identity import short_hash
from journeys.learning.predictor import Predictor, stamp_of
from schemas.time import Instant, format_instant

_NEEDED: Final = (
    ("contact", "contact", "contact.toml"),
    ("context", "context", "arbitration.toml"),
    ("desk", "desk", "desk.toml"),
    ("triggers", "triggers", "triggers.toml"),
    ("salary", "salary", "triggers-salary.toml"),
    ("casework", "casework", "cases.toml"),
    ("lateness", ANY_KIND, "lateness.toml"),
    ("limits", "limits", "suitability.toml"),
    ("advice", "advice", "suitability.toml"),
    ("book", "book", "desk.toml"),
    ("returns", "returns", "diagnosis.toml"),
    ("promoters", "promoters", "diagnosis.toml"),
    ("plan", "plan", "diagnosis.toml"),
    ("wealth", "wealth", "wealth.toml"),
    ("intents", "intents", "intents.toml"),
    ("lexicon", "lexicon", "lexicon.toml"),
    ("learning", "learning", "predictors.toml"),
    *(("handover", kind, "cases.toml") for kind in HANDOVERS),
    *(("rule", rule, "suitability.toml") for rule in GATE),
    *(("rule", rule, "conduct.toml") for rule in TABLE),
    *(("measure", each, "measures.toml") for each in MEASURES),
    *(("check", each, "measures.toml") for each in CHECKS),
)
"""What every moment needs: kind, id and the file that brings it."""


def assemble(rows: Sequence[Dated], version: str, faults: Faults) -> Catalogue | None:
    """The catalogue, or `None` where a needed row is missing (noted)."""
    check_wealth(rows)
    starts = boundaries(rows) or (Instant(0),)
    editions, narrower = list[Edition](), list[dict[str, Edition]]()
    for moment in starts:
        if _is_whole(rows, moment, faults):
            check_edition(rows, moment)
            bank = for_bank(_edition(rows, version, moment))
            editions.append(bank)
            narrower.append(by_outlet(rows, bank, moment))
    if len(editions) != len(starts):
        return None
    whole = Catalogue(version, starts, tuple(editions), *_versions(rows), written(rows))
    return replace(whole, outlets=_outlets(whole, narrower))


def _outlets(bank: Catalogue, narrower: Sequence[Mapping[str, Edition]]) -> dict[str, Catalogue]:
    """The catalogue as it binds each outlet that has any row of its own, or of its branch."""
    return {
        outlet: replace(
            bank,
            editions=tuple(
                found.get(outlet, one) for one, found in zip(bank.editions, narrower, strict=True)
            ),
        )
        for outlet in sorted({outlet for found in narrower for outlet in found})
    }


def _versions(
    rows: Sequence[Dated],
) -> tuple[dict[tuple[str, int], Journey], dict[tuple[str, int], OperationType]]:
    """Every version of every journey and operation."""
    journeys = {(row.id, row.version): row.value for row in rows if row.kind == "journey"}
    operations = {(row.id, row.version): row.value for row in rows if row.kind == "operation"}
    return journeys, operations


def _is_whole(rows: Sequence[Dated], moment: Instant, faults: Faults) -> bool:
    missing = [need for need in _NEEDED if need[1] not in in_force(rows, need[0], moment)]
    for kind, row_id, name in missing:
        what = kind if kind == row_id else f"{kind} '{row_id}'"
        faults.note(
            f"{name}:1",
            f"no {what} in force at {format_instant(moment)}; "
            "write a row with valid_from at that day or before, without a gap",
        )
    return not missing


def _edition(rows: Sequence[Dated], version: str, moment: Instant) -> Edition:
    actions: Mapping[str, Action] = _values(rows, "action", moment)
    journeys: Mapping[str, Journey] = _values(rows, "journey", moment)
    lateness: dict[str, int] = _values(rows, "lateness", moment)
    return Edition(
        version=version,
        wealth=_values(rows, "wealth", moment)["wealth"],
        wealth_before=_wealth_before(rows, moment),
        intents=_values(rows, "intents", moment)["intents"],
        lateness=Lateness(
            by_kind={kind: span for kind, span in lateness.items() if kind != ANY_KIND},
            otherwise=lateness[ANY_KIND],
        ),
        contact=_values(rows, "contact", moment)["contact"],
        arbitration=_arbitration(rows, moment),
        propensity=_propensity(rows, moment),
        desk=_values(rows, "desk", moment)["desk"],
        book=_book(rows, moment),
        returns=_values(rows, "returns", moment)["returns"],
        promoters=_values(rows, "promoters", moment)["promoters"],
        plan=_values(rows, "plan", moment)["plan"],
        triggers=_values(rows, "triggers", moment)["triggers"],
        salary=_values(rows, "salary", moment)["salary"],
        suitability=_suitability(rows, version, moment),
        conduct=_conduct(rows, moment),
        recalls=_values(rows, "correction", moment),
        actions=actions,
        treatments=_treatments(actions),
        turns_heard=_turns_heard(actions.values()),
        journeys=journeys,
        by_trigger=_by_trigger(journeys),
        casework=_casework(rows, moment),
        measures=_values(rows, "measure", moment),
        checks=_values(rows, "check", moment),
        guards=_values(rows, "guard", moment),
        branches=_values(rows, "branch", moment),
    )


def _values(rows: Sequence[Dated], kind: str, moment: Instant) -> dict[str, Any]:
    """Values in force by id, in order of id: a fold that walks them walks them always alike."""
    found = in_force(rows, kind, moment)
    return {row_id: found[row_id].value for row_id in sorted(found)}


def _arbitration(rows: Sequence[Dated], moment: Instant) -> Arbitration:
    rates = _values(rows, "base_rate", moment)
    return Arbitration(
        base_rates={_pair(row_id): rate for row_id, rate in rates.items()},
        levers=_values(rows, "lever", moment),
        controls=_values(rows, "control", moment),
        **_values(rows, "context", moment)["context"],
    )


def _propensity(rows: Sequence[Dated], moment: Instant) -> Propensity:
    predictors: tuple[Predictor, ...] = tuple(_values(rows, "predictor", moment).values())
    rules = _values(rows, "learning", moment)["learning"]
    return Propensity(predictors, stamp_of(predictors), rules)


def _book(rows: Sequence[Dated], moment: Instant) -> BookPolicy:
    stages = _values(rows, "stage", moment).values()
    return BookPolicy(
        stages=tuple(sorted(stages, key=lambda stage: stage.points)),
        **_values(rows, "book", moment)["book"],
    )


def _wealth_before(rows: Sequence[Dated], moment: Instant) -> WealthBefore | None:
    """The set that the one in force followed, and until when both are told."""
    sets = sorted(
        (row for row in rows if row.kind == "wealth" and row.starts <= moment and row.value),
        key=lambda row: row.starts,
    )
    now = in_force(rows, "wealth", moment)["wealth"].value
    if now is None:
        return None
    starts = next(row.starts for row in sets if row.value.id == now.id)
    older = [row.value for row in sets if row.starts < starts and row.value.id != now.id]
    span: int = _values(rows, "triggers", moment)["triggers"].wealth_lineage
    return WealthBefore(older[-1], Instant(starts + span)) if older else None


def _suitability(rows: Sequence[Dated], version: str, moment: Instant) -> Suitability:
    rules, limits = in_force(rows, "rule", moment), _values(rows, "limits", moment)["limits"]
    wealth = in_force(rows, "wealth", moment)["wealth"]
    read = [rules[row_id].value for row_id in (*LEVELS, *SALE, *GATE)]
    stamp = short_hash(
        version,
        "" if wealth.value is None else wealth.value.id,
        *(f"{row.id}:{row.version}" for row in read),
        *(f"{name}={limits[name]}" for name in sorted(limits)),
    )
    return Suitability(
        rules={row_id: rules[row_id].value for row_id in GATE},
        levels={row_id: rules[row_id].value for row_id in LEVELS},
        sale={row_id: rules[row_id].value for row_id in SALE},
        advice=_values(rows, "advice", moment)["advice"],
        stamp=f"{stamp:x}",
        **limits,
    )


def _conduct(rows: Sequence[Dated], moment: Instant) -> Conduct:
    rules = in_force(rows, "rule", moment)
    return Conduct(
        rules={row_id: rules[row_id].value for row_id in TABLE},
        lexicon=in_force(rows, "lexicon", moment)["lexicon"].value,
    )


def _casework(rows: Sequence[Dated], moment: Instant) -> Casework:
    types: dict[str, CaseType] = _values(rows, "case_type", moment)
    return Casework(
        limits=_values(rows, "casework", moment)["casework"],
        types=types,
        operations=_values(rows, "operation", moment),
        by_request={word: each for each in types.values() for word in each.requests},
        by_intent={word: each for each in types.values() for word in each.intents},
        handovers=_values(rows, "handover", moment),
    )


def _pair(row_id: str) -> tuple[str, str]:
    action, _, channel = row_id.partition("/")
    return action, channel


def _treatments(actions: Mapping[str, Action]) -> dict[str, Treatment]:
    return {each.id: each for action in actions.values() for each in action.treatments}


def _turns_heard(actions: Iterable[Action]) -> frozenset[tuple[str, bool]]:
    """Turns that an action's condition or topic reads.

    Coming on raises what is about the topic. Going off helps nothing that does not ask for it:
    what was better then has become a task, or was withheld for a reason of its own.
    """
    heard: set[tuple[str, bool]] = set()
    for action in actions:
        heard |= {(action.topic, True)} if action.topic is not None else set()
        if action.applies is not None:
            heard |= {(word.removeprefix(_INTENT), True) for word in action.applies.words}
            heard |= {(word.removeprefix(_INTENT), False) for word in action.applies.opposed}
    return frozenset(turn for turn in heard if turn[0] in INTENTS)


_INTENT = "intent."


def _by_trigger(journeys: Mapping[str, Journey]) -> dict[str, tuple[Journey, ...]]:
    triggers = sorted({journey.trigger for journey in journeys.values()})
    return {
        trigger: tuple(each for each in journeys.values() if each.trigger == trigger)
        for trigger in triggers
    }
