"""A book form: what moved each client, what was reached, and what is held for review.

{"ends": date, "violations", "complaints",
 "complaint_limit", "stages": [[name, points, share]],   # those in force where left out
 "clients": [{"client", "opening": [S, coverage, served], "closing": […],
              "by_cause": {cause: points}, "confirmed", "reset",
              "trades": [[date, product, ±yuan]], "edits": [[date, field, old, new, by]],
              "diagnoses": [date], "moved_in": date}]}
"""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec.structs import replace

from channels.assess.reading import At
from channels.assess.wording import Language, say
from journeys.catalogue.edition import BookPolicy, Stage
from journeys.client.wealth.attribution import Causes
from journeys.desk.book.growth import Standing, Year, growth, pay_out
from journeys.desk.book.integrity import Edit, Trade, Watched, flags

_CLIENT: Final = (
    "client", "opening", "closing", "by_cause", "confirmed", "reset",
    "trades", "edits", "diagnoses", "moved_in",
)  # fmt: skip
_CAUSES: Final = tuple(cause.value for cause in Causes)
_BY: Final[tuple[Literal["client", "core", "adviser"], ...]] = ("client", "core", "adviser")


def lines(form: At, policy: BookPolicy, language: Language) -> Iterator[str]:
    """What the book comes to."""
    policy = _terms(form, policy)
    years = [_year(one, form, policy) for one in form.name("clients").items()]
    found = growth(years, policy)
    left = len(found.left_out)
    yield say("cohort", language, cohort=found.cohort, left=left, held=found.held)
    none = say("none", language)
    yield say("organic", language, mean=none if found.mean is None else f"{found.mean:+.2f}")
    parts = ", ".join(f"{cause} {points:+.2f}" for cause, points in found.shown.items())
    yield say("shown", language, parts=parts or none)
    paid = pay_out(
        found,
        policy,
        violations=form.name("violations").whole(0),
        complaints=form.name("complaints").whole(0),
    )
    yield say("paid", language, share=paid.share, stages=", ".join(paid.reached) or none)
    if paid.refused:
        yield say("refused", language, reasons=", ".join(paid.refused))
    for one in years:
        if one.flags:
            yield "- " + say("flag", language, client=one.client, flags=", ".join(one.flags))


def _terms(form: At, policy: BookPolicy) -> BookPolicy:
    """The terms in force, or those that the form asks about instead."""
    limit, stages = form.maybe("complaint_limit"), form.maybe("stages")
    return replace(
        policy,
        complaints_most=policy.complaints_most if limit is None else limit.whole(0),
        stages=policy.stages if stages is None else tuple(_stage(one) for one in stages.items()),
    )


def _year(said: At, form: At, policy: BookPolicy) -> Year:
    said.only(_CLIENT)
    confirmed, reset = said.maybe("confirmed"), said.maybe("reset")
    return Year(
        client=said.name("client").text(),
        opening=_standing(said.name("opening")),
        closing=_standing(said.name("closing")),
        by_cause=_by_cause(said.name("by_cause")),
        confirmed=0.0 if confirmed is None else confirmed.number(),
        reset=0.0 if reset is None else reset.number(),
        flags=flags(_watched(said), policy, ends=form.name("ends").day()),
    )


def _by_cause(said: At) -> dict[Causes, float]:
    said.only(_CAUSES)
    return {Causes(cause): points.number() for cause, points in said.members()}


def _standing(said: At) -> Standing:
    total, coverage, served = said.row(3, 3, "[S, coverage, served]")
    return Standing(total.number(0, 100), coverage.number(0, 1), served.flag())


def _stage(said: At) -> Stage:
    name, points, share = said.row(3, 3, "[name, points, share]")
    return Stage(name.text(), points.number(), share.number(0, 1))


def _watched(said: At) -> Watched:
    moved_in = said.maybe("moved_in")
    return Watched(
        trades=tuple(_trade(one) for one in _listed(said, "trades")),
        edits=tuple(_edit(one) for one in _listed(said, "edits")),
        diagnoses=tuple(one.day() for one in _listed(said, "diagnoses")),
        moved_in=None if moved_in is None else moved_in.day(),
    )


def _listed(said: At, name: str) -> list[At]:
    found = said.maybe(name)
    return [] if found is None else found.items()


def _trade(said: At) -> Trade:
    day, product, fen = said.row(3, 3, "[date, product, yuan]")
    return Trade(day.day(), product.text(), fen.fen(float("-inf")))


def _edit(said: At) -> Edit:
    day, field, old, new, who = said.row(5, 5, "[date, field, old, new, by]")
    before, after = (None if at.value is None else at.number() for at in (old, new))
    return Edit(day.day(), field.text(), before, after, _BY[_BY.index(who.one_of(_BY))])
