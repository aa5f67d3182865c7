"""Every running term of intake is watched, not the call back alone."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE escalations RENAME COLUMN application_id TO subject_id",
    "ALTER TABLE escalations RENAME COLUMN coordinator_id TO responsible_id",
    "ALTER TABLE escalations RENAME COLUMN submitted_at TO since",
    "ALTER TABLE escalations ALTER COLUMN number DROP NOT NULL",
    "ALTER TABLE escalations ADD COLUMN term varchar(64) NOT NULL DEFAULT 'call_back'",
    "ALTER TABLE escalations ALTER COLUMN term DROP DEFAULT",
    "ALTER TABLE escalations DROP CONSTRAINT pk_escalations",
    "ALTER TABLE escalations ADD CONSTRAINT pk_escalations PRIMARY KEY (term, subject_id)",
    """CREATE INDEX ix_escalations_raised ON escalations (organisation_id, due_at)
    WHERE closed_at IS NULL AND level IN ('near', 'overdue')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
