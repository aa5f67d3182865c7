"""What an erased person could be found by is looked up by the person, not by reading every row."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATEMENTS = (
    "CREATE INDEX ix_enquiry_words_enquiry_id ON enquiry_words (enquiry_id)",
    "CREATE INDEX ix_enquiries_person_id ON enquiries (person_id)",
    "CREATE INDEX ix_applications_representative_id ON applications (representative_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
