"""Moves of tasks, runs and slots, decisions in numbers, positions, hours, answers; revenue."""

from alembic import op
from sqlalchemy import text

from streams.readmodel import revenue
from streams.readmodel.measuring import tables

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and read every log once more to fill them; rows that stand already stay."""
    bind = op.get_bind()
    tables.metadata.create_all(bind)
    revenue.metadata.create_all(bind)
    op.execute(text("delete from progress"))


def downgrade() -> None:
    """Remove what finance reported; the other tables are filled from the logs."""
    revenue.metadata.drop_all(op.get_bind())
