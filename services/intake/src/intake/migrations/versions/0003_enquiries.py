"""The journal of enquiries: numbered without gaps, never edited silently, nothing of the anonymous kept."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE journal_counters (
    organisation_id UUID NOT NULL,
    year INTEGER NOT NULL,
    last INTEGER NOT NULL,
    CONSTRAINT pk_journal_counters PRIMARY KEY (organisation_id, year)
)""",
    """CREATE TABLE enquiries (
    number INTEGER NOT NULL,
    year INTEGER NOT NULL,
    registration VARCHAR NOT NULL,
    region VARCHAR NOT NULL,
    territory VARCHAR NOT NULL,
    organisation_id UUID NOT NULL,
    state VARCHAR(64) NOT NULL,
    channel VARCHAR(64) NOT NULL,
    answer_channel VARCHAR(64) NOT NULL,
    anonymous BOOLEAN NOT NULL,
    complaint BOOLEAN NOT NULL,
    status VARCHAR(64),
    theme VARCHAR,
    help_kind VARCHAR,
    outcome VARCHAR(64),
    person_id UUID NOT NULL,
    assigned_to UUID,
    asked_by UUID,
    token_digest VARCHAR NOT NULL,
    source_digest VARCHAR,
    consent_version VARCHAR,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    registered_by UUID,
    due_since TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_provisional BOOLEAN NOT NULL,
    due_explanation JSONB NOT NULL,
    escalated_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    delivery VARCHAR(64),
    given_at TIMESTAMP WITH TIME ZONE,
    call_attempts INTEGER NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    last_amendment INTEGER,
    caller JSONB,
    place JSONB,
    question JSONB NOT NULL,
    result JSONB,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_enquiries PRIMARY KEY (id),
    CONSTRAINT uq_enquiries_organisation_id_year_number UNIQUE (organisation_id, year, number),
    CONSTRAINT uq_enquiries_id_anonymous UNIQUE (id, anonymous),
    CONSTRAINT uq_enquiries_token_digest UNIQUE (token_digest),
    CONSTRAINT uq_enquiries_source_digest UNIQUE (source_digest),
    CONSTRAINT ck_enquiries_anonymous_keeps_no_caller
        CHECK (NOT anonymous OR (caller IS NULL AND person_id = organisation_id)),
    CONSTRAINT ck_enquiries_somebody_is_responsible CHECK (state = 'registered' OR assigned_to IS NOT NULL),
    CONSTRAINT ck_enquiries_closed_with_answer_and_result
        CHECK (state <> 'closed' OR (given_at IS NOT NULL AND outcome IS NOT NULL AND result IS NOT NULL))
)""",
    "CREATE INDEX ix_enquiries_organisation_id_due_at ON enquiries (organisation_id, due_at)",
    "CREATE INDEX ix_enquiries_organisation_id_registered_at ON enquiries (organisation_id, registered_at)",
    "CREATE INDEX ix_enquiries_assigned_to ON enquiries (assigned_to)",
    "CREATE INDEX ix_enquiries_asked_by ON enquiries (asked_by)",
    """CREATE TABLE enquiry_messages (
    id UUID NOT NULL,
    enquiry_id UUID NOT NULL,
    author VARCHAR(64) NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    written_by UUID,
    words JSONB NOT NULL,
    CONSTRAINT pk_enquiry_messages PRIMARY KEY (id),
    CONSTRAINT fk_enquiry_messages_enquiry_id_enquiries FOREIGN KEY(enquiry_id) REFERENCES enquiries (id)
)""",
    "CREATE INDEX ix_enquiry_messages_enquiry_id ON enquiry_messages (enquiry_id)",
    """CREATE TABLE enquiry_amendments (
    enquiry_id UUID NOT NULL,
    position INTEGER NOT NULL,
    "column" VARCHAR(64) NOT NULL,
    change JSONB NOT NULL,
    amended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    amended_by UUID NOT NULL,
    CONSTRAINT pk_enquiry_amendments PRIMARY KEY (enquiry_id, position),
    CONSTRAINT fk_enquiry_amendments_enquiry_id_enquiries FOREIGN KEY(enquiry_id) REFERENCES enquiries (id)
)""",
    """CREATE TABLE enquiry_files (
    blob_id UUID NOT NULL,
    enquiry_id UUID NOT NULL,
    anonymous BOOLEAN NOT NULL,
    kind VARCHAR(64) NOT NULL,
    media_type VARCHAR NOT NULL,
    size INTEGER NOT NULL,
    attached_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attached_by UUID,
    CONSTRAINT pk_enquiry_files PRIMARY KEY (blob_id),
    CONSTRAINT fk_enquiry_files_enquiry_id_enquiries
        FOREIGN KEY(enquiry_id, anonymous) REFERENCES enquiries (id, anonymous),
    CONSTRAINT ck_enquiry_files_no_recording_of_the_anonymous CHECK (NOT (anonymous AND kind = 'recording'))
)""",
    "CREATE INDEX ix_enquiry_files_enquiry_id ON enquiry_files (enquiry_id)",
    """CREATE TABLE enquiry_words (
    enquiry_id UUID NOT NULL,
    word VARCHAR NOT NULL,
    CONSTRAINT pk_enquiry_words PRIMARY KEY (enquiry_id, word),
    CONSTRAINT fk_enquiry_words_enquiry_id_enquiries FOREIGN KEY(enquiry_id) REFERENCES enquiries (id)
)""",
    "CREATE INDEX ix_enquiry_words_word ON enquiry_words (word, enquiry_id)",
    """CREATE TABLE public_answers (
    region VARCHAR NOT NULL,
    organisation_id UUID NOT NULL,
    enquiry_id UUID,
    theme VARCHAR NOT NULL,
    state VARCHAR(64) NOT NULL,
    question VARCHAR NOT NULL,
    answer VARCHAR NOT NULL,
    name_words TEXT[] NOT NULL,
    drafted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    drafted_by UUID NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    published_by UUID,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT pk_public_answers PRIMARY KEY (id),
    CONSTRAINT ck_public_answers_published_by_an_editor
        CHECK (state = 'draft' OR (published_at IS NOT NULL AND published_by IS NOT NULL))
)""",
    "CREATE INDEX ix_public_answers_region_drafted_at ON public_answers (region, drafted_at)",
    # A correction without its amendment is refused by the database itself, whoever tries.
    """CREATE FUNCTION journal_is_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'a line of the journal is never removed' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.number, NEW.year, NEW.registration, NEW.organisation_id, NEW.channel, NEW.anonymous, NEW.person_id,
      NEW.received_at, NEW.registered_at, NEW.registered_by)
     IS DISTINCT FROM
     (OLD.number, OLD.year, OLD.registration, OLD.organisation_id, OLD.channel, OLD.anonymous, OLD.person_id,
      OLD.received_at, OLD.registered_at, OLD.registered_by) THEN
    RAISE EXCEPTION 'number and registration are permanent' USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.caller IS DISTINCT FROM OLD.caller OR NEW.place IS DISTINCT FROM OLD.place
      OR NEW.question IS DISTINCT FROM OLD.question OR NEW.status IS DISTINCT FROM OLD.status
      OR (OLD.theme IS NOT NULL AND NEW.theme IS DISTINCT FROM OLD.theme)
      OR (OLD.help_kind IS NOT NULL AND NEW.help_kind IS DISTINCT FROM OLD.help_kind)
      OR (OLD.outcome IS NOT NULL AND NEW.outcome IS DISTINCT FROM OLD.outcome)
      OR (OLD.result IS NOT NULL AND NEW.result IS DISTINCT FROM OLD.result))
     AND (NEW.last_amendment IS NOT DISTINCT FROM OLD.last_amendment OR NOT EXISTS
          (SELECT 1 FROM enquiry_amendments a WHERE a.enquiry_id = NEW.id AND a.position = NEW.last_amendment)) THEN
    RAISE EXCEPTION 'a correction needs its amendment' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$""",
    "CREATE TRIGGER enquiries_permanent BEFORE UPDATE OR DELETE ON enquiries "
    "FOR EACH ROW EXECUTE FUNCTION journal_is_permanent()",
    "CREATE TRIGGER enquiries_whole BEFORE TRUNCATE ON enquiries EXECUTE FUNCTION journal_is_permanent()",
    """CREATE FUNCTION amendments_are_permanent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an amendment is never changed' USING ERRCODE = 'check_violation';
END $$""",
    "CREATE TRIGGER amendments_permanent BEFORE UPDATE OR DELETE ON enquiry_amendments "
    "FOR EACH ROW EXECUTE FUNCTION amendments_are_permanent()",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
