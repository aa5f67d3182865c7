"""A published trip may be cancelled: planned and not performed."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE trip_rows ADD COLUMN cancelled BOOLEAN")
