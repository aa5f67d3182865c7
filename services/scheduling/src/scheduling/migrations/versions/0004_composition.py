"""An appointment keeps the composition it was booked with, so that its next date has the same one."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE appointments ADD COLUMN skills TEXT[]")
