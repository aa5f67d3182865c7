"""Worklists read the open rows only: the step of an outreach beside its state, and indexes of what is open."""

from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE outreaches ADD COLUMN step VARCHAR(64)",
    """UPDATE outreaches SET step = (SELECT s.step FROM outreach_steps s WHERE s.outreach_id = outreaches.id
    ORDER BY s.position DESC LIMIT 1)""",
    "ALTER TABLE outreaches ALTER COLUMN step SET NOT NULL",
    """CREATE INDEX ix_applications_coordinated ON applications (organisation_id, due_at)
WHERE state IN ('submitted', 'taken', 'reached', 'returned')""",
    """CREATE INDEX ix_applications_served ON applications (serving_organisation_id, due_at)
WHERE state IN ('handed_over', 'accepted') AND (state <> 'accepted' OR appointment_at IS NULL)""",
    """CREATE INDEX ix_applications_protocol ON applications (organisation_id, protocol_due_at)
WHERE protocol_due_at IS NOT NULL""",
    "CREATE INDEX ix_enquiries_open ON enquiries (organisation_id, due_at) WHERE state <> 'closed'",
    """CREATE INDEX ix_outreaches_running ON outreaches (organisation_id, due_at)
WHERE state IN ('agreed', 'met', 'open')""",
    "CREATE INDEX ix_referrals_to_answer ON referrals (serving_organisation_id, due_at) WHERE state = 'received'",
    "CREATE INDEX ix_enquiries_own ON enquiries (assigned_to, due_at) WHERE state <> 'closed'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
