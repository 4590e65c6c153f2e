"""Journey runs of this client: entered by a trigger, moved by outcomes and time, ended."""

from collections.abc import Mapping

from msgspec.structs import replace

from journeys.catalogue.definitions import END, Journey, JourneyStep
from journeys.client.journey import migration
from journeys.client.journey.instance import Ended, Instance, Value
from journeys.client.state import TaskRow
from journeys.client.steps import resting, tasks, wealth, words
from journeys.client.steps.draft import Draft
from journeys.identity import short_hash
from schemas.facts import JourneyAdvance, JourneyAdvanced, JourneyEnd, JourneyMove
from schemas.tasks import Outcome
from schemas.time import Instant

_REACHED = frozenset(Outcome) - {Outcome.UNREACHABLE, Outcome.WRONG_PERSON}
AGREED = frozenset({Outcome.CONVERTED, Outcome.SOLVED})
"""A talk that came to what it was for."""
_MOST_CAUSES = 16
"""Events that one run rests on, as many as the state keeps."""


def trigger(
    draft: Draft,
    name: str,
    variables: Mapping[str, Value],
    causes: tuple[int, ...],
    *,
    is_duty: bool = False,
) -> None:
    """Move the runs that wait for this, then enter the journeys that it starts.

    A late event enters nothing, and moves a run only to where nothing is done: no contact may
    follow from it. A duty is news of its own, whatever brought it: it is decided by a timer, which
    is late for nothing, and no number of other runs keeps it out.
    """
    for run in draft.instances:
        _hear(draft, run, name, variables)
    if draft.is_late and not is_duty:
        return
    if draft.is_late:
        draft.retry_at = draft.now
    for journey in draft.edition.by_trigger.get(name, ()):
        key = journey.instance_key.format_map(variables)
        has_room = is_duty or len(draft.instances) < draft.edition.triggers.journeys_at_once
        may_enter = has_room and _may_enter(draft, journey, key)
        if may_enter and journey.entry.holds(words.of_client(draft, variables)):
            _enter(draft, journey, key, variables, causes)


def _hear(draft: Draft, run: Instance, event: str, variables: Mapping[str, Value]) -> None:
    """Move a run to where this event leads from its step, if it is the run's own."""
    journey = definition(draft, run)
    if journey is None or not _is_of(run, journey, variables):
        return
    target = {**journey.events, **journey.steps[run.step].events}.get(event, run.step)
    if target == END:
        end(draft, run, JourneyEnd.EXIT, event)
    elif target != run.step and not (draft.is_late and journey.steps[target].do):
        _drop_task(draft, run, event)
        told = {word: said for word, said in variables.items() if word in run.variables}
        moved = replace(run, task=None, variables=run.variables | told)
        if len(run.causes) < _MOST_CAUSES:
            moved = replace(moved, causes=(*run.causes, draft.cause.mark))
        _step(draft, journey, moved, target)


def _is_of(run: Instance, journey: Journey, variables: Mapping[str, Value]) -> bool:
    """Does an event say the same as the run of all that both name in its key?"""
    return all(
        variables[word] == run.variables.get(word)
        for word in journey.key_words
        if word in variables
    )


def on_score(draft: Draft) -> None:
    """A score was said: perhaps a reason to look at it together."""
    scored = draft.scored
    variables: dict[str, Value] = {
        "parameters": scored.parameters,
        "score_fall": max(0, scored.crest - wealth.hundredths(scored.total)) / 100,
    }
    trigger(draft, "scored", variables, (draft.cause.mark,))


def definition(draft: Draft, run: Instance) -> Journey | None:
    """The journey as this run knows it; `None` if it must not go on."""
    return migration.definition(run, draft.edition.journeys, draft.catalogue.journey)


def review(draft: Draft) -> None:
    """Test goals and exits of every run; asked after every event."""
    if resting.is_at_rest(draft):
        return
    in_force, known = draft.edition.journeys, draft.catalogue.journey
    runs = draft.instances
    stay: list[Journey] = []
    for run in runs:
        journey = migration.definition(run, in_force, known)
        if journey is None:
            end(draft, run, JourneyEnd.EXIT, "migrated")
        elif not _is_left(draft, run, journey):
            stay.append(journey)
    if draft.instances is runs:
        resting.rest(draft, stay)


def _is_left(draft: Draft, run: Instance, journey: Journey) -> bool:
    """End a run whose goal or exit holds."""
    lookup = words.of_run(draft, run)
    if journey.goal.test(lookup):
        end(draft, run, JourneyEnd.GOAL, "goal_met")
        return True
    for name, exit_ in journey.exits:
        if exit_.test(lookup):
            end(draft, run, JourneyEnd.EXIT, name)
            return True
    return False


def on_outcome(draft: Draft, row: TaskRow, outcome: str) -> None:
    """A task of a run came to an outcome, or was declined or expired unworked."""
    run = _run_of(draft, row)
    if run is None:
        return
    run = replace(
        run,
        task=None,
        answered=run.answered or outcome in _REACHED,
        agreed=run.agreed or outcome in AGREED,
        refused=run.refused or outcome == Outcome.REFUSED,
    )
    _put(draft, run)
    journey = definition(draft, run)
    target = None if journey is None else journey.steps[run.step].on.get(outcome)
    if target == END:
        end(draft, run, JourneyEnd.EXIT, outcome)
    elif target is not None and journey is not None:
        _step(draft, journey, run, target)


def on_step_due(draft: Draft, run: Instance) -> None:
    """A step's time is up."""
    journey = definition(draft, run)
    if journey is None:
        end(draft, run, JourneyEnd.EXIT, "migrated")
        return
    step = journey.steps[run.step]
    target = _way_on(draft, run, step)
    if target == END and step.wait is None:
        end(draft, run, JourneyEnd.EXIT, step.id)
    elif target == END:
        end(draft, run, JourneyEnd.TIMEOUT, "step_timeout")
    else:
        _drop_task(draft, run, "step_timeout")
        _step(draft, journey, replace(run, task=None), target)


def on_over(draft: Draft, run: Instance) -> None:
    """A run's time is up; a goal that asks for all of it is met only now."""
    journey = definition(draft, run)
    if journey is not None and journey.goal.holds(words.of_run(draft, run)):
        end(draft, run, JourneyEnd.GOAL, "goal_met")
    else:
        end(draft, run, JourneyEnd.TIMEOUT, "journey_timeout")


def end(draft: Draft, run: Instance, how: JourneyEnd, reason: str) -> None:
    """End a run: its open task is recalled, its key may not enter again at once.

    Recalled, it never should have been: what comes instead may enter.
    """
    draft.instances = tuple(other for other in draft.instances if other.name != run.name)
    journey = draft.edition.journeys.get(run.journey)
    rest = 0 if journey is None or how is JourneyEnd.RECALL else journey.reentry_after
    kept = draft.edition.triggers.remember_ended
    memory = [e for e in draft.ended if e.until > draft.now][-(kept - 1) :]
    draft.ended = (*memory, Ended(short_hash(run.name), Instant(draft.now + rest)))
    _tell(draft, run, JourneyMove.ENDED, end=how, reason=reason)
    _drop_task(draft, run, reason)
    draft.decide_on("journey")


def move(draft: Draft, run: Instance, step: str, *, reason: str) -> None:
    """Bring a run under the version in force, at a step of it.

    In a step of the same name it keeps the day that it was told, and its task if that is still
    what the step does; a step of another name begins anew.
    """
    journey = draft.edition.journeys[run.journey]
    over = migration.ends_at(run, journey, draft.now)
    moved = replace(run, version=journey.version, ends_at=over)
    row = None if run.task is None else tasks.find(draft, run.task)
    if migration.goes_on(run, journey, step, None if row is None else row.action):
        _put(draft, moved)
        _tell(draft, moved, JourneyMove.STEPPED, reason=reason)
        return
    _drop_task(draft, run, reason)
    _step(draft, journey, replace(moved, task=None), step, reason=reason)


def recall_cause(draft: Draft, mark: int, reason: str) -> None:
    """An event was taken back: end the runs that rest on it."""
    for run in draft.instances:
        if mark in run.causes:
            end(draft, run, JourneyEnd.RECALL, reason)


def want_again(draft: Draft, row: TaskRow) -> None:
    """A run's action was not shown for no fault of the client: it waits for a decision again."""
    run = _run_of(draft, row)
    if run is not None:
        _put(draft, replace(run, task=None, wants=True))


def decided(draft: Draft, run: Instance, task: str) -> None:
    """A run's action became a task."""
    _put(draft, replace(run, wants=False, task=task, tries=run.tries + 1))


def note(draft: Draft, *what: str) -> None:
    """Something happened that goals may ask for: every live run remembers it by name."""
    draft.instances = tuple(
        replace(run, noted=tuple(dict.fromkeys((*run.noted, *what)))) for run in draft.instances
    )


def note_placed(draft: Draft, fen: int, *, since: Instant | None = None) -> None:
    """Money was placed suitably: every live run counts it towards its goal.

    What was placed wrongly counts below 0, in runs that had begun by then.
    """
    draft.instances = tuple(
        replace(run, placed_fen=max(0, run.placed_fen + fen))
        if since is None or run.entered_at <= since
        else run
        for run in draft.instances
    )


def note_sold(draft: Draft, fen: int) -> None:
    """Investments were sold; below 0, a sale was taken back."""
    draft.instances = tuple(
        replace(run, sold_fen=max(0, run.sold_fen + fen)) for run in draft.instances
    )


def _may_enter(draft: Draft, journey: Journey, key: str) -> bool:
    name = f"{journey.id}/{key}"
    mark = short_hash(name)
    is_live = any(run.name == name for run in draft.instances)
    return not is_live and all(e.name != mark or e.until <= draft.now for e in draft.ended)


def _enter(
    draft: Draft,
    journey: Journey,
    key: str,
    variables: Mapping[str, Value],
    causes: tuple[int, ...],
) -> None:
    anchor = variables.get(journey.anchor or "", draft.now)
    run = Instance(
        journey=journey.id,
        version=journey.version,
        key=key,
        step=journey.first,
        entered_at=draft.now,
        ends_at=Instant(int(anchor) + journey.lasts),
        variables=dict(variables),
        causes=causes,
    )
    if run.ends_at > draft.now:
        _step(draft, journey, run, journey.first, move=JourneyMove.ENTERED)


def _step(
    draft: Draft,
    journey: Journey,
    run: Instance,
    target: str,
    *,
    move: JourneyMove = JourneyMove.STEPPED,
    reason: str | None = None,
) -> None:
    step = journey.steps[target]
    starts = draft.now if step.since is None else int(run.variables[step.since])
    moved = replace(
        run,
        step=target,
        step_due=Instant(max(draft.now, starts + step.after)),
        wants=step.do is not None,
    )
    _put(draft, moved)
    _tell(draft, moved, move, reason=reason)
    draft.decide_on("journey")


def _way_on(draft: Draft, run: Instance, step: JourneyStep) -> str:
    if step.when is None or step.when.holds(words.of_run(draft, run)):
        return step.to
    return step.otherwise


def _run_of(draft: Draft, row: TaskRow) -> Instance | None:
    return next((run for run in draft.instances if run.task == row.task_id), None)


def _put(draft: Draft, run: Instance) -> None:
    others = tuple(other for other in draft.instances if other.name != run.name)
    draft.instances = tuple(sorted((*others, run), key=lambda each: each.name))


def _drop_task(draft: Draft, run: Instance, reason: str) -> None:
    row = None if run.task is None else tasks.find(draft, run.task)
    if row is not None:
        tasks.recall(draft, row, reason)


def _tell(
    draft: Draft,
    run: Instance,
    move: JourneyMove,
    *,
    end: JourneyEnd | None = None,
    reason: str | None = None,
) -> None:
    draft.conclude(
        JourneyAdvanced,
        JourneyAdvance(
            journey=run.journey,
            version=run.version,
            instance=run.key,
            move=move,
            step=run.step,
            end=end,
            reason=reason,
        ),
    )
