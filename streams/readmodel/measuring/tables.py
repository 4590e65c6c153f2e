"""Tables that measures are read from: every move of tasks, runs and slots, and what channels told.

The other tables keep how things stand; a measure asks how they came to it, over a period.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table

from streams.readmodel import tables

metadata = tables.metadata
"""One with the other tables: a rebuild empties all of them."""

task_moves = Table(
    "task_moves",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("outcome", String),
    Column("crossed", Boolean, nullable=False),
    Column("action", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("decision_id", String, nullable=False),
    Column("desk", String),
    Column("journey", String),
    Column("instance", String),
    Index("task_moves_by_time", "state", "at"),
)
"""Every version of every task. `crossed`: completed after it was recalled."""
journey_moves = Table(
    "journey_moves",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("journey", String, nullable=False),
    Column("instance", String, nullable=False),
    Column("move", String, nullable=False),
    Column("step", String),
    Column("end", String),
    Index("journey_moves_by_time", "journey", "at"),
)
MOVES_OF_CLIENT = "contact_moves_by_client"
contact_moves = Table(
    "contact_moves",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("task_id", String),
    Column("change", String, nullable=False),
    Column("method", String, nullable=False),
    Column("touched_at", BigInteger, nullable=False),
    Index("contact_moves_by_time", "touched_at"),
    Index(MOVES_OF_CLIENT, "client", "at"),
)
"""Slots of marketing contacts: held, spent, returned, or taken outside; `touched_at` is when the
contact was, `at` when it became known."""
past_contacts = Table(
    "past_contacts",
    metadata,
    Column("client", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("method", String, nullable=False),
)
"""Marketing contacts that came with a client's first record: they count against the caps, and are
no move of a slot. Measures are of what the engine did, and leave them out."""
decided = Table(
    "decided",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("trigger", String, nullable=False),
    Column("chosen", Integer, nullable=False),
    Column("suitable", Integer, nullable=False),
    Index("decided_by_time", "at"),
)
"""Decisions in numbers. `suitable`: actions that passed eligibility, applicability, suitability."""
withheld = Table(
    "withheld",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("stage", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("client", String, nullable=False),
    Column("many", Integer, nullable=False),
    Index("withheld_by_time", "at"),
)
"""How many candidates of a decision fell for one reason."""
ranked = Table(
    "ranked",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("action", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("chosen", Boolean, nullable=False),
    Column("waits", Boolean, nullable=False),
    Column("p", Float, nullable=False),
    Column("prior", Float, nullable=False),
    Column("value_points", Float, nullable=False),
    Column("context", Float, nullable=False),
    Column("levers", Float, nullable=False),
    Column("priority", Float, nullable=False),
    Index("ranked_by_time", "at"),
)
"""Candidates that came to be ranked, with the parts of their priority; duties that were chosen too.

Of a duty owed to several runs one row: its parts are the same. `waits`: put off for something
better that is due soon.
"""
holdings = Table(
    "holdings",
    metadata,
    Column("client", String, primary_key=True),
    Column("account", String, primary_key=True),
    Column("product", String, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("fen", BigInteger, nullable=False),
    Column("currency", String, nullable=False),
    Column("cause", String, nullable=False),
)
"""Positions as core systems reported them, every version: read from the events themselves."""
risk_tests = Table(
    "risk_tests",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("risk_class", Integer, nullable=False),
    Column("actor", String, nullable=False),
    Column("device", String, nullable=False),
    Index("risk_tests_by_client", "client", "at"),
)
"""Risk tests as core systems told them, those too that count for nothing: by whom, on what."""
shifts = Table(
    "shifts",
    metadata,
    Column("desk", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("told_at", BigInteger, nullable=False),
    Column("starts", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
)
"""Hours of every roster; each roster replaces the one before, from when it was told."""
answers = Table(
    "answers",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("answer", Integer, nullable=False),
    Column("asked_by", String, nullable=False),
    Column("desk", String),
    Column("decision_id", String),
    Index("answers_by_time", "at"),
)
"""How likely clients are to recommend the bank, 0 to 10; `asked_by` is the writer's own word."""
asks = Table(
    "asks",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("desk", String),
    Column("decision_id", String),
    Index("asks_by_time", "at"),
)
"""What the rule asked, about which talk, and until when an answer is one to it."""
