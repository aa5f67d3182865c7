"""For a hundred thousand people and a million entries: words carry their journal, counters read indexes only."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ASKED = "state, coordinator_id, appointment_at, territory, region, child_id, filed_by, token_digest"

STATEMENTS = (
    # written anew: to change fourteen million rows in place takes many times as long
    "ALTER TABLE enquiry_words RENAME TO enquiry_words_before",
    "ALTER TABLE enquiry_words_before DROP CONSTRAINT pk_enquiry_words",
    """CREATE TABLE enquiry_words (
    word VARCHAR NOT NULL,
    enquiry_id UUID NOT NULL,
    organisation_id UUID NOT NULL
)""",
    """INSERT INTO enquiry_words
SELECT w.word, w.enquiry_id, e.organisation_id FROM enquiry_words_before w JOIN enquiries e ON e.id = w.enquiry_id""",
    "DROP TABLE enquiry_words_before",
    """ALTER TABLE enquiry_words
    ADD CONSTRAINT pk_enquiry_words PRIMARY KEY (word, enquiry_id) INCLUDE (organisation_id),
    ADD CONSTRAINT fk_enquiry_words_enquiry_id_enquiries FOREIGN KEY(enquiry_id) REFERENCES enquiries (id)""",
    "DROP INDEX ix_applications_organisation_id",
    "CREATE INDEX ix_applications_organisation_id_due_at ON applications (organisation_id, due_at)",
    "DROP INDEX ix_applications_coordinated",
    f"""CREATE INDEX ix_applications_coordinated ON applications (organisation_id, due_at)
INCLUDE (serving_organisation_id, {_ASKED}) WHERE state IN ('submitted', 'taken', 'reached', 'returned')""",
    "DROP INDEX ix_applications_served",
    f"""CREATE INDEX ix_applications_served ON applications (serving_organisation_id, due_at)
INCLUDE (organisation_id, {_ASKED})
WHERE state IN ('handed_over', 'accepted') AND (state <> 'accepted' OR appointment_at IS NULL)""",
    "DROP INDEX ix_enquiries_open",
    """CREATE INDEX ix_enquiries_open ON enquiries (organisation_id, due_at)
INCLUDE (state, delivery, given_at, assigned_to, territory, region, asked_by, token_digest)
WHERE state <> 'closed'""",
    "DROP INDEX ix_outreaches_running",
    """CREATE INDEX ix_outreaches_running ON outreaches (organisation_id, due_at)
INCLUDE (state, step, responsible_id, territory, region) WHERE state IN ('agreed', 'met', 'open')""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
