"""Parts of every ranked candidate; moves of tasks say by which decision, and why."""

from alembic import op
from sqlalchemy import text

from streams.readmodel.measuring import tables

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changed table anew; the projector reads facts and tasks, which are kept, once more.

    The other tables keep their rows: a fact read twice changes nothing.
    """
    bind = op.get_bind()
    tables.task_moves.drop(bind)
    tables.metadata.create_all(bind)
    op.execute(text("delete from progress where topic in ('client-facts', 'tasks')"))


def downgrade() -> None:
    """Nothing: the tables of either revision are filled from the logs."""
