"""Words for what the folds say: by language, from the catalogue and the message files."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime as wall
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from channels.assess.wording import step as remedy_step
from channels.home import HOME
from journeys.catalogue.edition import Edition, Reading, SuitabilityRule
from journeys.client.wealth.remedies.remedy import Do
from schemas.reference import Product, Stop
from schemas.tasks import TaskState
from schemas.time import Instant, parse_instant

LANGUAGES: Final = ("zh", "en")
LOCALES: Final = Path(__file__).with_name("locale")
_OUTCOMES: Final = Path(__file__).with_name("outcomes.toml")
_OF_A_SALE: Final = frozenset({"sale", "rules_passed", "steps"})
_GROUPS: Final = frozenset({"CASH", "FI", "EQ", "ALT"})
_WAN: Final = 10_000
_YI: Final = 100_000_000
Products = Callable[[str], Product | None]


@cache
def _outcomes() -> dict[str, Any]:
    return tomllib.loads(_OUTCOMES.read_text(encoding="utf-8"))


@cache
def messages(language: str) -> Translations:
    """The message file of a language, compiled."""
    with (LOCALES / f"{language}.po").open("rb") as file:
        compiled = BytesIO()
        write_mo(compiled, read_po(file, locale=language))
    return Translations(BytesIO(compiled.getvalue()))


class Words:
    """One language's words over one edition of the catalogue."""

    def __init__(
        self, language: str, edition: Edition, products: Products = lambda _: None
    ) -> None:
        """Prepare to speak.

        Args:
            language: one of `LANGUAGES`.
            edition: of the catalogue.
            products: what is known of a product by its id; without it ids stand alone.
        """
        self.language = language
        self._products = products
        self._edition = edition
        self._messages = messages(language)

    def say(self, text: str, **values: object) -> str:
        """A sentence of the pages; its English is its name."""
        found = self._messages.gettext(text)
        return found % values if values else found

    def code(self, kind: str, code: str | None) -> str:
        """The word for a code such as a state or a reason; an unknown code shows as it is."""
        if code is None:
            return ""
        name = f"{kind}.{code}"
        found = self._messages.gettext(name)
        if found == name and kind == "reason" and code in self._rules():
            return self.rule(code)
        return code.replace("_", " ") if found == name else found

    def rule(self, rule: str) -> str:
        """A row of the conduct table or of the product gate, by name; what is none, by its word."""
        found = self._rules().get(rule)
        if found is None:
            return self.code("rule", rule)
        name = self._pick(found.name_zh, found.name_en)
        return self.say("rule %(id)s: %(name)s", id=rule.upper(), name=name)

    def version(self, rule: str) -> str:
        """Of a row of those tables; empty of what is none."""
        found = self._rules().get(rule)
        return "" if found is None else found.version

    def told(self, rule: str | None) -> tuple[Reading, ...]:
        """How what a row read is told; nothing of what is no row."""
        found = self._rules().get(rule or "")
        return () if found is None else found.told

    def _rules(self) -> Mapping[str, SuitabilityRule]:
        return {**self._edition.conduct.rules, **self._edition.suitability.rules}

    def why(self, kind: str, code: str | None, reason: str | None) -> str:
        """A reason to stand behind a word, with a dot before it; nothing if it says the same."""
        word = self.code("reason", reason)
        return f" · {word}" if word and word != self.code(kind, code) else ""

    def why_state(self, state: str, reason: str | None) -> str:
        """The same for a task's state; of an accepted one it tells of a refused start: left out."""
        return "" if state == TaskState.ACCEPTED else self.why("state", state, reason)

    def action(self, action: str) -> str:
        """An action's name."""
        found = self._edition.actions.get(action)
        return action if found is None else self._pick(found.name_zh, found.name_en)

    def outcomes(self, action: str) -> Sequence[str]:
        """What may become of a talk about an action, as its group has it."""
        offered = _outcomes()
        named: Sequence[str] = offered["groups"].get(self._group(action), offered["others"])
        return named

    def outcome(self, action: str, outcome: str | None) -> str:
        """What became of a talk, in the words of the action's group."""
        kind = f"outcome_{self._group(action)}"
        is_own = outcome is not None and self._messages.gettext(f"{kind}.{outcome}") != (
            f"{kind}.{outcome}"
        )
        return self.code(kind if is_own else "outcome", outcome)

    def _group(self, action: str) -> str:
        found = self._edition.actions.get(action)
        return "" if found is None else found.group

    def action_with_id(self, action: str) -> str:
        """An action's name, with the id that commands take; an unknown one as it is."""
        name = self.action(action)
        if name == action:
            return action
        return f"{name}（{action}）" if self.language == "zh" else f"{name} ({action})"

    def stopped(self, stop: Stop) -> str:
        """What an operator has stopped."""
        if stop.name is None:
            return self.say("all contacts")
        if stop.scope == "action":
            return self.action(stop.name)
        return self.code("channel", stop.name) if stop.scope == "channel" else str(stop.name)

    def product(self, product: str) -> str:
        """A product by its name, with the id that systems know it by."""
        found = self._products(product)
        if found is None:
            return product
        return self.say(
            "%(name)s (%(id)s)", name=self._pick(found.name_zh, found.name_en), id=product
        )

    def subject(self, key: str) -> str:
        """What one run of a journey is about; a product in it by its name."""
        found = self._products(key.partition(":")[0])
        if found is None:
            return key
        comma = "，" if self.language == "zh" else ", "
        return f"{key}{comma}{self._pick(found.name_zh, found.name_en)}"

    def journey(self, journey: str | None) -> str:
        """A journey's name."""
        found = self._edition.journeys.get(journey or "")
        return journey or "" if found is None else self._pick(found.name_zh, found.name_en)

    def stage(self, journey: str, step: str) -> str:
        """Where a run of a journey stands: its step's word, its action, or its wait."""
        word = self._messages.gettext(f"step.{step}")
        found = self._edition.journeys.get(journey)
        at = None if found is None else found.steps.get(step)
        if word != f"step.{step}" or at is None:
            return self.code("step", step)
        return self.code("waits", at.wait or "passing") if at.do is None else self.action(at.do)

    def case_type(self, case_type: str) -> str:
        """A case type's name."""
        found = self._edition.casework.types.get(case_type)
        return case_type if found is None else self._pick(found.name_zh, found.name_en)

    def operation(self, operation: str) -> str:
        """An operation's name."""
        found = self._edition.casework.operations.get(operation)
        return operation if found is None else self._pick(found.name_zh, found.name_en)

    def treatment(self, treatment: str) -> Mapping[str, Any]:
        """What a treatment shows: title, text and talking points."""
        found = self._edition.treatments.get(treatment)
        if found is None:
            return {"title": treatment, "text": "", "script": ()}
        return {
            "title": self._pick(found.title_zh, found.title_en),
            "text": self._pick(found.text_zh, found.text_en),
            "script": found.script_zh if self.language == "zh" else found.script_en,
        }

    def evidence(self, name: str, intent: str) -> str:
        """The reason in words for a piece of evidence."""
        for rule in self._edition.intents.rules.get(name, ()):
            return self._pick(rule.reason_zh, rule.reason_en)
        return self.code("intent", intent)

    def reason(self, reason: Mapping[str, Any], *, at_desk: bool = False) -> str:
        """Why a task is there, in one line; `at_desk` without the chance of what is not on."""
        values = reason["values"]
        code: str = reason["code"]
        if code in _OF_A_SALE:
            return self._of_a_sale(code, values)
        if code.startswith("intent_"):
            name = self.code("intent", code.removeprefix("intent_"))
            if at_desk and values["p"] < self._edition.intents.off:
                return name
            return self.say("%(intent)s, %(p)s likely", intent=name, p=f"{values['p']:.0%}")
        if code.startswith("case_"):
            about = self.action(values["subject"])  # of a wrong record the action that showed it
            case = self.case_type(code.removeprefix("case_"))
            return self.say("%(name)s (%(id)s)", name=case, id=about)
        return self._of_a_journey(values) or self.journey(code.removeprefix("journey_"))

    def _of_a_journey(self, values: Mapping[str, Any]) -> str | None:
        """What a journey rests on; `None` if it says no more than its name."""
        if "inflow" in values:
            return self.say("%(sum)s came in", sum=self.money(values["inflow"]))
        if "maturity_date" in values:
            matures = self.say(
                "%(sum)s matures on %(day)s",
                sum=self.money(values["proceeds"]),
                day=values["maturity_date"],
            )
            if "product" not in values:
                return matures
            product = self.product(values["product"])
            return self.say("%(product)s: %(what)s", product=product, what=matures)
        if "level" in values:
            named = {"product": self.product(values["product"]), "level": values["level"]}
            return self.say("%(product)s is now graded R%(level)s", **named)
        if "due_day" in values:
            return self.say("owed by %(day)s", day=values["due_day"])
        return None

    def _of_a_sale(self, code: str, values: Mapping[str, Any]) -> str:
        if code == "rules_passed":
            return self.say("rules passed: %(rules)s", rules=" ".join(values).upper())
        if code == "steps":
            steps = ", ".join(self.code("proof", step) for step in values)
            return self.say("to be proved before the order: %(steps)s", steps=steps)
        return self.say(
            "%(sum)s into %(product)s: %(points)s points of wealth health",
            sum=self.money(values["bought_fen"]),
            product=self.product(values["buy"]),
            points=f"{values['gain_points']:+.1f}",
        )

    def step(self, step: Mapping[str, Any]) -> str:
        """One step of a remedy; a kind from the future shows as it is."""
        try:
            do = Do(step["do"])
        except ValueError:
            return f"{self.code('do', step['do'])} {step['about']} {step['amount']}"
        about = step["about"]
        named = self.code("group", about) if about in _GROUPS else self.product(about)
        return remedy_step(do, named, step["amount"], "zh" if self.language == "zh" else "en")

    def money(self, fen: int) -> str:
        """Yuan: in 万 and 亿, or in thousands."""
        yuan = fen / 100
        if self.language == "en":
            return f"CNY {yuan:,.0f}"
        if abs(yuan) >= _YI:
            return f"{yuan / _YI:,.2f} 亿元"
        return f"{yuan / _WAN:,.2f} 万元" if abs(yuan) >= _WAN else f"{yuan:,.2f} 元"

    def rate(self, share: float | None) -> str:
        """A rate with its sign; a dash where it is not defined."""
        if share is None:
            return "–"
        return f"{'▲' if share > 0 else '▼' if share < 0 else ''} {share:+.2%}"

    def time(self, moment: str | int | None, *, with_year: bool = False) -> str:
        """A time of day with its date, where the bank is."""
        if moment is None:
            return ""
        shape = "%Y-%m-%d %H:%M" if with_year else "%m-%d %H:%M"
        return self._home(moment).strftime(shape)

    def clock(self, moment: str | int) -> str:
        """A time of day to the second, where the bank is."""
        return self._home(moment).strftime("%H:%M:%S")

    def day(self, moment: str | int) -> str:
        """A day where the bank is, with its year."""
        return self._home(moment).strftime("%Y-%m-%d")

    def moment(self, moment: str | int) -> str:
        """A day and a time where the bank is."""
        return self._home(moment).strftime("%Y-%m-%d %H:%M")

    def instant(self, moment: str | int) -> str:
        """A moment as an option takes it, RFC 3339, where the bank is."""
        return self._home(moment).isoformat(timespec="seconds")

    def _home(self, moment: str | int) -> wall:
        micros = parse_instant(moment) if isinstance(moment, str) else Instant(moment)
        return wall.fromtimestamp(micros / 1e6, HOME)

    def _pick(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en
