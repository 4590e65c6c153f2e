"""The stop switch, which is not made from the logs; and the outlet that serves a client."""

from alembic import op
from sqlalchemy import text

from streams.readmodel import stops, tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the switch; make `served` anew, from facts read once more."""
    bind = op.get_bind()
    stops.metadata.create_all(bind)
    tables.served.drop(bind)
    tables.served.create(bind)
    op.execute(text("delete from progress where topic = 'client-facts'"))


def downgrade() -> None:
    """Remove the switch: what was stopped is stopped no more."""
    stops.metadata.drop_all(op.get_bind())
