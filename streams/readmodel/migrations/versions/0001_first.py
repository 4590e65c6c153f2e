"""The first tables."""

from alembic import op

from streams.readmodel.tables import metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; later revisions change them one by one."""
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop them; the logs build them again."""
    metadata.drop_all(op.get_bind())
