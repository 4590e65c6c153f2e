"""The tables of the read model. They can be dropped and built again from the logs."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()
_Big = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only under this type."""

# `part` is a partition; `seq` orders the facts of one key: see `noting.Place`.

logs = Table(
    "logs",
    metadata,
    Column("topic", String, primary_key=True),
    Column("epoch", String, nullable=False),
)
"""Which logs the tables are made from; offsets mean something in these only."""
progress = Table(
    "progress",
    metadata,
    Column("topic", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
)
events = Table(
    "events",
    metadata,
    Column("event_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("received_at", BigInteger, nullable=False),
)
set_asides = Table(
    "set_asides",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("event_id", String, nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("effect", String, nullable=False),
    Column("reason", String),
)
caused = Table(
    "caused",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("cause_id", String, nullable=False, index=True),
    Column("cause_source", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("subject", String),
)
tasks = Table(
    "tasks",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("client", String, nullable=False, index=True),
    Column("desk", String),
    Column("channel", String, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("tasks_by_desk", "desk", "state"),
)
desk_answers = Table(
    "desk_answers",
    metadata,
    Column("task_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("action", String, nullable=False),
    Column("desk", String, nullable=False),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("reason", String),
    Column("outcome", String),
    Index("desk_answers_by_action", "action", "at"),
)
"""Tasks that a desk has closed: `reason` why it declined one, or the `outcome` of a talk."""
queues = Table(
    "queues",
    metadata,
    Column("desk", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
intents = Table(
    "intents",
    metadata,
    Column("client", String, primary_key=True),
    Column("intent", String, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("p", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)
scores = Table(
    "scores",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("total", Float),
    Column("coverage", Float, nullable=False),
    Column("parameters", String, nullable=False),
    Column("confirmed", Float, nullable=False),
    Column("first_told", Float, nullable=False),
    Column("cause_id", String, nullable=False),
    Column("cause_source", String, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("scores_by_client", "client", "seq"),
)
"""Every score said; `total` is null where too little was known to show it. Of the movement by
profile, `confirmed` counts for an adviser, less what was `first_told`."""
movements = Table(
    "movements",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("cause", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("points", Float, nullable=False),
    Index("movements_by_client", "client", "seq"),
)
"""What moved a score since the one said before, a row for each cause: so that any database can
add them up."""
served = Table(
    "served",
    metadata,
    Column("client", String, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("tier", String, nullable=False),
    Column("segment", String, nullable=False),
    Column("rm", String, index=True),
    Column("team", String),
    Column("remote", String),
    Column("outlet", String),
)
"""Who serves a client, every change of it: a book compares two dates."""
buyers = Table(
    "buyers",
    metadata,
    Column("client", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("as_of", BigInteger, nullable=False),
    Column("state", String, nullable=False),
)
"""What orders of a client are judged on: the newest."""
allowances = Table(
    "allowances",
    metadata,
    Column("client", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("is_first", Boolean, nullable=False),
    Column("word", String, nullable=False),
    Column("name", String, nullable=False),
    Column("given", Boolean),
    Column("until", BigInteger),
)
"""Every word on what a client allows, opt-outs and complaints too; what holds is read from it."""
diagnoses = Table(
    "diagnoses",
    metadata,
    Column("diagnosis_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("desk", String),
    Column("data_day", String, nullable=False),
    Column("is_complete", Boolean, nullable=False),
    Column("cause_id", String, nullable=False),
    Column("cause_source", String, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("diagnoses_by_client", "client", "seq"),
)
book_lines = Table(
    "book_lines",
    metadata,
    Column("desk", String, primary_key=True),
    Column("period", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
"""Lines of a book's ledger. They are added and never changed, here neither."""
book_refusals = Table(
    "book_refusals",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("desk", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("book_refusals_by_desk", "desk", "seq"),
)
journeys = Table(
    "journeys",
    metadata,
    Column("client", String, primary_key=True),
    Column("journey", String, primary_key=True),
    Column("instance", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
cases = Table(
    "cases",
    metadata,
    Column("case_id", String, primary_key=True),
    Column("client", String, nullable=False, index=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("case_type", String, nullable=False),
    Column("life", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("cases_by_owner", "owner", "life"),
)
case_lines = Table(
    "case_lines",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("case_id", String, nullable=False),
    Column("client", String, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("word", String, nullable=False),
    Column("cause_id", String, nullable=False),
    Column("cause_source", String, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("case_lines_by_case", "case_id", "seq"),
    Index("case_lines_by_word", "kind", "word"),
)
"""All that was said and done of a case, in order. `kind` is case, note, operation, step,
handover or first_contact; `word` its move, kind of note, state, step, or whether it was met."""
handovers = Table(
    "handovers",
    metadata,
    Column("handover_id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("client", String, nullable=False, index=True),
    Column("case_id", String, nullable=False),
    Column("state", String, nullable=False),
    Column("desk", String, nullable=False),
    Column("accept_by", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("handovers_by_desk", "desk", "state"),
)
"""Cases offered to another desk, each as it stands; `desk` is the one asked, or that took it."""
decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("client", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("cause_id", String, nullable=False),
    Column("cause_source", String, nullable=False),
    Column("doc", JSON, nullable=False),
    Index("decisions_by_client", "client", "at"),
)
contacts = Table(
    "contacts",
    metadata,
    Column("client", String, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
holes = Table(
    "holes",
    metadata,
    Column("key", String, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("family", String, nullable=False),
    Column("is_open", Boolean, nullable=False),
)
letters = Table(
    "letters",
    metadata,
    Column("name", String, primary_key=True),
    Column("event_id", String, index=True),
    Column("source", String),
    Column("code", String, nullable=False),
    Column("doc", JSON, nullable=False),
)
refusals = Table(
    "refusals",
    metadata,
    Column("fact_id", String, primary_key=True),
    Column("desk", String, nullable=False),
    Column("task_id", String, nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("doc", JSON, nullable=False),
)
changes = Table(
    "changes",
    metadata,
    Column("sequence", _Big, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("desk", String),
    Column("client", String),
    Index("changes_by_place", "topic", "part", "seq", unique=True),
    sqlite_autoincrement=True,
)
"""What a screen may have to fetch again, in order; replayed to a browser that was away."""
