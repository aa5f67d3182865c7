"""A trip may be cancelled, by the head or by the host."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE trips ADD COLUMN cancelled_at TIMESTAMP WITH TIME ZONE, ADD COLUMN cancel_reason VARCHAR")
