"""The calendar: specialists, bookings, appointments, plans, visits, trips, fieldwork."""

from alembic import op
from chassis.run.migrations import platform_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# uuidrange makes an exclusion constraint over an id possible with built-in GiST (no btree_gist on the embedded server).
BOOKINGS = (
    "CREATE TYPE uuidrange AS RANGE (subtype = uuid)",
    """
    CREATE TABLE bookings (
        id UUID NOT NULL,
        resource UUID NOT NULL,
        kind VARCHAR NOT NULL,
        during TSTZRANGE NOT NULL,
        subject_id UUID NOT NULL,
        released_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_bookings PRIMARY KEY (id),
        CONSTRAINT ck_bookings_kind CHECK (kind IN ('specialist', 'room', 'vehicle', 'child', 'point')),
        CONSTRAINT ck_bookings_during CHECK (NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)),
        CONSTRAINT bookings_no_overlap EXCLUDE USING gist (
            uuidrange(resource, resource, '[]') WITH &&, during WITH &&
        ) WHERE (released_at IS NULL)
    )
    """,
    "CREATE INDEX ix_bookings_resource ON bookings (resource, lower(during)) WHERE released_at IS NULL",
    "CREATE INDEX ix_bookings_subject_id ON bookings (subject_id) WHERE released_at IS NULL",
)

TABLES = (
    """
    CREATE TABLE absences (
        id UUID NOT NULL,
        specialist_id UUID NOT NULL,
        first_day DATE NOT NULL,
        last_day DATE NOT NULL,
        recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_absences PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_absences_specialist_id ON absences (specialist_id)",
    """
    CREATE TABLE appointments (
        application_id UUID,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        coordinator_id UUID,
        serving_organisation_id UUID NOT NULL,
        first BOOLEAN NOT NULL,
        state VARCHAR(64) NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        due_at TIMESTAMP WITH TIME ZONE,
        specialist_ids UUID[] NOT NULL,
        room_id UUID NOT NULL,
        booked_at TIMESTAMP WITH TIME ZONE NOT NULL,
        held_at TIMESTAMP WITH TIME ZONE,
        reason_code VARCHAR,
        next_appointment_id UUID,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_appointments PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_appointments_application_id ON appointments (application_id)",
    "CREATE INDEX ix_appointments_child_id ON appointments (child_id)",
    "CREATE INDEX ix_appointments_serving_organisation_id ON appointments (serving_organisation_id)",
    "CREATE INDEX ix_appointments_starts_at ON appointments (starts_at)",
    """
    CREATE TABLE children (
        child_id UUID NOT NULL,
        case_id UUID NOT NULL,
        application_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        coordinator_id UUID NOT NULL,
        organisation_id UUID NOT NULL,
        serving_organisation_id UUID NOT NULL,
        team UUID[] NOT NULL,
        paused_until DATE,
        CONSTRAINT pk_children PRIMARY KEY (child_id)
    )
    """,
    """
    CREATE TABLE demands (
        programme_id UUID NOT NULL,
        programme_version INTEGER NOT NULL,
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        coordinator_id UUID NOT NULL,
        starts_on DATE NOT NULL,
        ends_on DATE NOT NULL,
        quota JSONB NOT NULL,
        lines JSONB NOT NULL,
        address JSONB,
        contact JSONB,
        CONSTRAINT pk_demands PRIMARY KEY (programme_id)
    )
    """,
    "CREATE INDEX ix_demands_child_id ON demands (child_id)",
    "CREATE INDEX ix_demands_organisation_id ON demands (organisation_id)",
    """
    CREATE TABLE offers (
        id UUID NOT NULL,
        visit_id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        coordinator_id UUID NOT NULL,
        state VARCHAR(64) NOT NULL,
        day DATE NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        specialist_ids UUID[] NOT NULL,
        route_id UUID,
        route_version INTEGER NOT NULL,
        leaves_at TIMESTAMP WITH TIME ZONE,
        back_at TIMESTAMP WITH TIME ZONE,
        computed_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_offers PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_offers_child_id ON offers (child_id)",
    "CREATE INDEX ix_offers_visit_id ON offers (visit_id)",
    """
    CREATE TABLE plans (
        region VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        month DATE NOT NULL,
        state VARCHAR(64) NOT NULL,
        seed INTEGER NOT NULL,
        digest VARCHAR NOT NULL,
        problem JSONB NOT NULL,
        answer JSONB NOT NULL,
        drafts JSONB NOT NULL,
        sessions JSONB NOT NULL,
        made_at TIMESTAMP WITH TIME ZONE NOT NULL,
        made_by UUID NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_plans PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_plans_organisation_id ON plans (organisation_id)",
    """
    CREATE TABLE requests (
        id UUID NOT NULL,
        child_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        coordinator_id UUID,
        serving_organisation_id UUID,
        first_due TIMESTAMP WITH TIME ZONE,
        handed_over_at TIMESTAMP WITH TIME ZONE,
        withdrawn BOOLEAN NOT NULL,
        contact JSONB NOT NULL,
        CONSTRAINT pk_requests PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_requests_child_id ON requests (child_id)",
    "CREATE INDEX ix_requests_serving_organisation_id ON requests (serving_organisation_id)",
    """
    CREATE TABLE routes (
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        brigade_id UUID NOT NULL,
        day DATE NOT NULL,
        leaves_at TIMESTAMP WITH TIME ZONE NOT NULL,
        back_at TIMESTAMP WITH TIME ZONE NOT NULL,
        vehicle_id UUID NOT NULL,
        specialist_ids UUID[] NOT NULL,
        lunch_at TIMESTAMP WITH TIME ZONE,
        active BOOLEAN NOT NULL,
        CONSTRAINT pk_routes PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_routes_brigade_id ON routes (brigade_id)",
    """
    CREATE TABLE specialists (
        login VARCHAR NOT NULL,
        principal_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        skills TEXT[] NOT NULL,
        active BOOLEAN NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_specialists PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_specialists_organisation_id ON specialists (organisation_id)",
    """
    CREATE TABLE sync_conflicts (
        id UUID NOT NULL,
        item_id UUID NOT NULL,
        subject_kind VARCHAR NOT NULL,
        subject_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        team UUID[] NOT NULL,
        child_id UUID NOT NULL,
        field VARCHAR NOT NULL,
        kept JSONB,
        offered JSONB,
        reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        choice VARCHAR(64),
        resolved_by UUID,
        resolved_at TIMESTAMP WITH TIME ZONE,
        CONSTRAINT pk_sync_conflicts PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_sync_conflicts_item_id ON sync_conflicts (item_id)",
    "CREATE INDEX ix_sync_conflicts_organisation_id ON sync_conflicts (organisation_id)",
    """
    CREATE TABLE sync_items (
        id UUID NOT NULL,
        device_id VARCHAR NOT NULL,
        principal_id UUID NOT NULL,
        organisation_id UUID NOT NULL,
        team UUID[] NOT NULL,
        child_id UUID NOT NULL,
        subject_id UUID NOT NULL,
        digest VARCHAR NOT NULL,
        base_version INTEGER NOT NULL,
        reported_at TIMESTAMP WITH TIME ZONE NOT NULL,
        received_at TIMESTAMP WITH TIME ZONE NOT NULL,
        content JSONB NOT NULL,
        note JSONB,
        answer JSONB NOT NULL,
        CONSTRAINT pk_sync_items PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_sync_items_subject_id ON sync_items (subject_id)",
    """
    CREATE TABLE trip_invitations (
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        trip_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        coordinator_id UUID NOT NULL,
        team UUID[] NOT NULL,
        published BOOLEAN NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        sessions JSONB NOT NULL,
        outcome VARCHAR(64),
        performed JSONB NOT NULL,
        performed_at TIMESTAMP WITH TIME ZONE,
        changed_at JSONB NOT NULL,
        CONSTRAINT pk_trip_invitations PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_trip_invitations_child_id ON trip_invitations (child_id)",
    "CREATE INDEX ix_trip_invitations_organisation_id ON trip_invitations (organisation_id)",
    "CREATE INDEX ix_trip_invitations_trip_id ON trip_invitations (trip_id)",
    """
    CREATE TABLE trips (
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        host_organisation_id UUID NOT NULL,
        point_id UUID NOT NULL,
        day DATE NOT NULL,
        urgent BOOLEAN NOT NULL,
        state VARCHAR(64) NOT NULL,
        vehicle_id UUID NOT NULL,
        specialist_ids UUID[] NOT NULL,
        team UUID[] NOT NULL,
        leaves_at TIMESTAMP WITH TIME ZONE NOT NULL,
        opens_at TIMESTAMP WITH TIME ZONE NOT NULL,
        closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
        back_at TIMESTAMP WITH TIME ZONE NOT NULL,
        unmet JSONB NOT NULL,
        families INTEGER NOT NULL,
        services INTEGER NOT NULL,
        planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
        confirmed_at TIMESTAMP WITH TIME ZONE,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_trips PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_trips_day ON trips (day)",
    "CREATE INDEX ix_trips_host_organisation_id ON trips (host_organisation_id)",
    "CREATE INDEX ix_trips_organisation_id ON trips (organisation_id)",
    """
    CREATE TABLE visits (
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        case_id UUID NOT NULL,
        child_id UUID NOT NULL,
        coordinator_id UUID NOT NULL,
        team UUID[] NOT NULL,
        programme_id UUID NOT NULL,
        plan_id UUID,
        mode VARCHAR(64) NOT NULL,
        brigade_id UUID,
        route_id UUID,
        specialist_ids UUID[] NOT NULL,
        day DATE NOT NULL,
        starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
        ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
        tasks JSONB NOT NULL,
        place_estimated BOOLEAN NOT NULL,
        state VARCHAR(64) NOT NULL,
        postponed_until DATE,
        outcome VARCHAR(64),
        performed JSONB NOT NULL,
        performed_at TIMESTAMP WITH TIME ZONE,
        changed_at JSONB NOT NULL,
        id UUID NOT NULL,
        version INTEGER NOT NULL,
        CONSTRAINT pk_visits PRIMARY KEY (id)
    )
    """,
    "CREATE INDEX ix_visits_child_id ON visits (child_id)",
    "CREATE INDEX ix_visits_day ON visits (day)",
    "CREATE INDEX ix_visits_organisation_id ON visits (organisation_id)",
    "CREATE INDEX ix_visits_plan_id ON visits (plan_id)",
    "CREATE INDEX ix_visits_programme_id ON visits (programme_id)",
    "CREATE INDEX ix_visits_route_id ON visits (route_id)",
    "CREATE INDEX ix_visits_starts_at ON visits (starts_at)",
)


def upgrade() -> None:
    platform_tables(op)
    for statement in (*BOOKINGS, *TABLES):
        op.execute(statement)
