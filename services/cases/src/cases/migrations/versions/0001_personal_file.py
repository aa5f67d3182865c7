"""The personal file: people, files, assessments, programmes, deliveries."""

from alembic import op
from chassis.run.migrations import platform_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE case_files (
        application_id UUID NOT NULL,
        number VARCHAR NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        child_id UUID NOT NULL,
        representative_id UUID NOT NULL,
        age_band VARCHAR(64) NOT NULL,
        coordinator_id UUID NOT NULL,
        organisation_id UUID NOT NULL,
        serving_organisation_id UUID NOT NULL,
        opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
        first_appointment_due_at TIMESTAMP WITH TIME ZONE NOT NULL,
        documents JSONB,
        eligibility JSONB,
        assessed_on DATE,
        specialist_ids UUID[] NOT NULL,
        team UUID[] NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_case_files PRIMARY KEY (id),
        CONSTRAINT uq_case_files_application_id UNIQUE (application_id)
    )
    """,
    "CREATE INDEX ix_case_files_child_id ON case_files (child_id)",
    "CREATE INDEX ix_case_files_opened_at ON case_files (opened_at)",
    """
    CREATE TABLE specialists (
        id UUID NOT NULL,
        principal_id UUID,
        organisation_id UUID NOT NULL,
        skills TEXT[] NOT NULL,
        active BOOLEAN NOT NULL,
        CONSTRAINT pk_specialists PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_specialists_organisation_id ON specialists (organisation_id)",
    """
    CREATE TABLE ticked_consents (
        consent_id UUID NOT NULL,
        application_id UUID NOT NULL,
        child_id UUID NOT NULL,
        representative_id UUID NOT NULL,
        purpose VARCHAR(64) NOT NULL,
        form VARCHAR(64) NOT NULL,
        text_version VARCHAR NOT NULL,
        text_hash VARCHAR NOT NULL,
        given_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_ticked_consents PRIMARY KEY (consent_id)
    )
    """,
    "CREATE INDEX ix_ticked_consents_application_id ON ticked_consents (application_id)",
    """
    CREATE TABLE assessments (
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        assessed_on DATE NOT NULL,
        tool VARCHAR NOT NULL,
        assessors UUID[] NOT NULL,
        categories INTEGER NOT NULL,
        findings JSONB NOT NULL,
        recorded_by UUID,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_assessments PRIMARY KEY (id),
        CONSTRAINT fk_assessments_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_assessments_case_id ON assessments (case_id)",
    """
    CREATE TABLE awaited_visits (
        visit_id UUID NOT NULL,
        case_id UUID NOT NULL,
        programme_id UUID NOT NULL,
        day DATE NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        mode VARCHAR(64) NOT NULL,
        services JSONB NOT NULL,
        postponed BOOLEAN NOT NULL,
        reported BOOLEAN NOT NULL,
        CONSTRAINT pk_awaited_visits PRIMARY KEY (visit_id),
        CONSTRAINT fk_awaited_visits_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_awaited_visits_case_id ON awaited_visits (case_id)",
    """
    CREATE TABLE children (
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        name VARCHAR NOT NULL,
        birth_date DATE NOT NULL,
        gestation_weeks INTEGER,
        health JSONB,
        CONSTRAINT pk_children PRIMARY KEY (case_id),
        CONSTRAINT fk_children_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_children_child_id ON children (child_id)",
    """
    CREATE TABLE consents (
        id UUID NOT NULL,
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        representative_id UUID NOT NULL,
        purpose VARCHAR(64) NOT NULL,
        form VARCHAR(64) NOT NULL,
        text_version VARCHAR NOT NULL,
        text_hash VARCHAR,
        given_on DATE NOT NULL,
        recorded_by UUID,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        authority_checked_by UUID,
        withdrawn_at TIMESTAMP WITH TIME ZONE,
        withdrawn_by UUID,
        CONSTRAINT pk_consents PRIMARY KEY (id),
        CONSTRAINT fk_consents_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_consents_case_id ON consents (case_id)",
    """
    CREATE TABLE families (
        case_id UUID NOT NULL,
        address VARCHAR,
        latitude DOUBLE PRECISION,
        longitude DOUBLE PRECISION,
        need VARCHAR,
        CONSTRAINT pk_families PRIMARY KEY (case_id),
        CONSTRAINT fk_families_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    """
    CREATE TABLE illness_pauses (
        visit_id UUID NOT NULL,
        case_id UUID NOT NULL,
        first_day DATE NOT NULL,
        last_day DATE NOT NULL,
        CONSTRAINT pk_illness_pauses PRIMARY KEY (visit_id),
        CONSTRAINT fk_illness_pauses_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_illness_pauses_case_id ON illness_pauses (case_id)",
    """
    CREATE TABLE ippsus (
        id UUID NOT NULL,
        case_id UUID NOT NULL,
        number VARCHAR NOT NULL,
        issued_on DATE NOT NULL,
        valid_until DATE NOT NULL,
        issuer VARCHAR NOT NULL,
        recorded_by UUID,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_ippsus PRIMARY KEY (id),
        CONSTRAINT uq_ippsus_case_id_number_issued_on UNIQUE (case_id, number, issued_on),
        CONSTRAINT ck_ippsus_term CHECK (valid_until >= issued_on),
        CONSTRAINT fk_ippsus_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_ippsus_case_id ON ippsus (case_id)",
    """
    CREATE TABLE representatives (
        case_id UUID NOT NULL,
        representative_id UUID NOT NULL,
        name VARCHAR NOT NULL,
        phone VARCHAR NOT NULL,
        email VARCHAR,
        CONSTRAINT pk_representatives PRIMARY KEY (case_id, representative_id),
        CONSTRAINT fk_representatives_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    """
    CREATE TABLE urgent_acts (
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        trip_id UUID NOT NULL,
        day DATE NOT NULL,
        services JSONB NOT NULL,
        drawn_up_at TIMESTAMP WITH TIME ZONE NOT NULL,
        signed_on DATE,
        signed_form VARCHAR(64),
        signed_before UUID,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_urgent_acts PRIMARY KEY (id),
        CONSTRAINT uq_urgent_acts_trip_id_case_id UNIQUE (trip_id, case_id),
        CONSTRAINT fk_urgent_acts_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id)
    )
    """,
    "CREATE INDEX ix_urgent_acts_case_id ON urgent_acts (case_id)",
    """
    CREATE TABLE programmes (
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        kind VARCHAR(64) NOT NULL,
        ippsu_id UUID,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_programmes PRIMARY KEY (id),
        CONSTRAINT fk_programmes_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id),
        CONSTRAINT fk_programmes_ippsu_id_ippsus FOREIGN KEY(ippsu_id) REFERENCES ippsus (id)
    )
    """,
    "CREATE INDEX ix_programmes_case_id ON programmes (case_id)",
    """
    CREATE TABLE deliveries (
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        programme_id UUID,
        line_id UUID,
        visit_id UUID,
        act_id UUID,
        service VARCHAR NOT NULL,
        service_group VARCHAR(64) NOT NULL,
        mode VARCHAR(64) NOT NULL,
        accounting VARCHAR(64) NOT NULL,
        specialist_id UUID,
        delivered_on DATE NOT NULL,
        minutes INTEGER NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_deliveries PRIMARY KEY (id),
        CONSTRAINT fk_deliveries_case_id_case_files FOREIGN KEY(case_id) REFERENCES case_files (id),
        CONSTRAINT fk_deliveries_programme_id_programmes FOREIGN KEY(programme_id) REFERENCES programmes (id)
    )
    """,
    "CREATE INDEX ix_deliveries_case_id ON deliveries (case_id)",
    "CREATE INDEX ix_deliveries_programme_id ON deliveries (programme_id)",
    """
    CREATE TABLE programme_versions (
        programme_id UUID NOT NULL,
        number INTEGER NOT NULL,
        state VARCHAR(64) NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        content JSONB NOT NULL,
        drawn_up_by UUID,
        drawn_up_at TIMESTAMP WITH TIME ZONE NOT NULL,
        signed_on DATE,
        signed_form VARCHAR(64),
        signed_before UUID,
        approved_by UUID,
        approved_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_programme_versions PRIMARY KEY (programme_id, number),
        CONSTRAINT fk_programme_versions_programme_id_programmes FOREIGN KEY(programme_id) REFERENCES programmes (id)
    )
    """,
)


def upgrade() -> None:
    platform_tables(op)
    for statement in STATEMENTS:
        op.execute(statement)
