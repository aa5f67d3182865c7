"""A person is erased: with the key goes what the person could still be found by."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# In the database, so that no way of destroying a key can forget it. The digests are keyed by the service, not by the
# person: without this they would outlive the key.
STATEMENTS = (
    """CREATE FUNCTION forget_erased_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM enquiry_words WHERE enquiry_id IN (SELECT id FROM enquiries WHERE person_id = NEW.person_id);
  DELETE FROM search_tokens WHERE application_id IN
    (SELECT id FROM applications WHERE NEW.person_id IN (child_id, representative_id));
  RETURN NULL;
END $$""",
    """CREATE TRIGGER forget_erased_person AFTER UPDATE OF destroyed_at ON person_keys
    FOR EACH ROW WHEN (OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL)
    EXECUTE FUNCTION forget_erased_person()""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
