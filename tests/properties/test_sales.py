"""No open task that sells ever stands whose rows would block now, whatever happens."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.client.fold import ClientFold
from journeys.client.steps import sales
from journeys.decide import suitability
from journeys.decide.verdict import Withheld
from journeys.step import Place
from schemas import codec, facts
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, a_position
from tests.journeys.decide.sales import FIELDS, FUND, NOTE, WISH, an_open_sale, situation

_PRODUCTS = {one.product: one for one in (NOTE, FUND)}
_REGRADES = (
    {"seller_level": 4},
    {"seller_level": 2},
    {"on_sale": False},
    {"fee_bp": 200},
    {"term_days": 9_000},
    {"days_to_cash": 365},
)
_FIELDS = (
    {"essential_spending_fen": 6_000_000},
    {"essential_spending_fen": 1_000_000},
    {"debt_fen": 30_000_000},
    {"debt_fen": 0},
    {"horizon_years": 0},
    {"horizon_years": 10},
    {"birth": "1955-05-06"},
    {"annual_income_fen": 1_000_000},
)
STEPS = st.tuples(
    st.sampled_from(("wish", "test", "profile", "position", "regrade", "wait", "hole", "page")),
    st.integers(0, 7),
    st.integers(0, 90),
)


class Client:
    """A client to whom something is being sold, and to whom anything may happen."""

    def __init__(self):
        self.life, _ = an_open_sale(NOTE, FUND, tested=330)
        self.now, self.said, self.heard = Instant(MONDAY_10 + HOUR), 0, []

    def do(self, deed, which, hours):
        self.now = Instant(self.now + hours * HOUR)
        self.said += 1
        getattr(self, f"_{deed}")(which)

    def _say(self, kind, data, **more):
        said = {"at": self.now, "event_id": f"e{self.said}"} | more
        self.life.say(kind, data, **said)

    def _wish(self, _):
        self._say("conversation.utterance_understood", WISH)

    def _page(self, _):
        self._say("app.page_viewed", {"page": "holdings"})

    def _test(self, which):
        test = {"risk_class": which % 5 + 1, "actor": "client", "device": "client"}
        self._say("corebank.risk_test_taken", test | {"taken_at": format_instant(self.now)})

    def _profile(self, which):
        by = "client" if which % 2 else "core"
        said = {"version": self.said, "fields": _FIELDS[which], "confirmed_by": by, "resync": False}
        self._say("corebank.profile_changed", said | {"version": self._version()})

    def _version(self):
        return self.life.state.household.version + 1

    def _position(self, which):
        data = a_position("cur", 90_000 * which, version=self.said + 1)
        self._say("corebank.position_reported", data | {"as_of": format_instant(self.now)})

    def _regrade(self, which):
        name = ("note", "bond")[which % 2]
        old = self.life.reference.product(name)
        change = _REGRADES[which % len(_REGRADES)] | {"version": old.version + 1}
        product, at = old.model_copy(update=change), self.life.reference.offset + 1
        self.life.reference = self.life.reference.with_product(product, offset=at)
        self._say("engine.recheck_asked", {"offset": at}, source="/suishen/sweeper")

    def _wait(self, which):
        self.now = Instant(self.now + which * 7 * DAY)
        self.life.wait(self.now)

    def _hole(self, which):
        family = ("profile", "book", "risk_test", "consent")[which % 4]
        place, life = Place(0, self.said), self.life
        step = life.fold.open_hole(
            life.state, place, family=family, at=self.now, reference=life.reference
        )
        life.state = step.state


def open_sales(life):
    return [sale for sale in map(sales.sale_of, life.state.tasks) if sale is not None]


@given(st.lists(STEPS, max_size=12))
def test_no_open_sale_stands_whose_rows_would_block_now(steps):
    client = Client()
    assert open_sales(client.life), "the property is about somebody to whom something is sold"
    for step in steps:
        client.do(*step)
        for sale in open_sales(client.life):
            found = suitability.recheck(sale, situation(client.life, at=client.now))
            assert not isinstance(found, Withheld), (step, found)


@given(st.lists(STEPS, max_size=8))
def test_a_state_read_back_between_events_says_the_same_of_every_sale(steps):
    kept, read = Client(), Client()
    for step in steps:
        kept.do(*step)
        read.life.state = ClientFold().decode(ClientFold().encode(read.life.state))
        read.do(*step)
    assert _told(kept) == _told(read)
    assert kept.life.fold.encode(kept.life.state) == read.life.fold.encode(read.life.state)


def _told(client):
    return [
        codec.encode(output.event)
        for output in client.life.outputs
        if isinstance(output.event, facts.TaskChanged | facts.DecisionMade)
    ]


def test_the_client_of_these_properties_has_told_what_a_sale_needs():
    assert {"debt_fen", "essential_spending_fen", "birth"} <= FIELDS.keys()
