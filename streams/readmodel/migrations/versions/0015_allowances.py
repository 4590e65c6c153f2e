"""What clients allow: their page says in words why nothing is marketed."""

from alembic import op
from sqlalchemy import text

from streams.readmodel import tables

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and read clients' events once more: a consent of last year still holds."""
    tables.allowances.create(op.get_bind(), checkfirst=True)
    op.execute(text("delete from progress where topic = 'client-events'"))


def downgrade() -> None:
    """Nothing: a table more hurts nobody."""
