"""Whatever an absent server looks like, it is an outage: a caller may come again, a message may wait."""

import asyncpg
import httpx
import nats.errors
import nats.js.errors
import pytest
from asyncpg import exceptions
from chassis.errors import Kind, as_domain_error
from chassis.failures import Remedy, remedy
from chassis.outage import is_outage
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidRequestError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout


def through_sqlalchemy(error: Exception) -> DBAPIError:
    kind = InterfaceError if isinstance(error, exceptions.InterfaceError) else DBAPIError
    made = kind("SELECT", {}, error)
    made.__cause__ = error
    return made


def lost_connection() -> DBAPIError:
    return DBAPIError("SELECT", {}, Exception(), connection_invalidated=True)


UNREADY = exceptions.InterfaceError("the server expects 2 arguments for this query, 1 was passed")  # type: ignore[no-untyped-call]
OUTAGES = [
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.AdminShutdownError("terminating connection due to administrator command"),
    asyncpg.CrashShutdownError("terminating connection because of crash of another server process"),
    asyncpg.IdleInTransactionSessionTimeoutError("terminating connection due to idle-in-transaction timeout"),
    asyncpg.TooManyConnectionsError("sorry, too many clients already"),
    exceptions.InterfaceError("cannot perform operation: connection is closed"),  # type: ignore[no-untyped-call]
    exceptions.InternalClientError("cannot process message: protocol is in an unexpected state"),
]
"""What PostgreSQL going away looks like to asyncpg."""


@pytest.mark.parametrize(
    "error",
    [
        *OUTAGES,
        *map(through_sqlalchemy, OUTAGES),
        lost_connection(),
        PoolTimeout(),
        InvalidRequestError("This connection is closed"),
        PendingRollbackError("Can't reconnect until invalid transaction is rolled back.", code="8s2b"),
        ConnectionRefusedError(),
        TimeoutError(),
        httpx.ConnectError("refused"),
        nats.errors.TimeoutError(),
        nats.errors.NoRespondersError(),
        nats.errors.UnexpectedEOF(),
        nats.errors.ConnectionClosedError(),
        nats.errors.OutboundBufferLimitError(),
        nats.js.errors.ServiceUnavailableError(),
        nats.js.errors.NoStreamResponseError(),
    ],
    ids=lambda error: f"{type(error).__name__}: {error}"[:60],
)
def test_a_server_that_is_away_is_unavailable_to_callers_and_no_fault_of_a_message(error: Exception) -> None:
    assert as_domain_error(error).kind is Kind.UNAVAILABLE
    assert remedy(error) is Remedy.WAIT


@pytest.mark.parametrize("link", ["__cause__", "__context__"])
def test_what_fails_while_a_lost_connection_is_cleaned_up_is_part_of_the_outage(link: str) -> None:
    error = KeyError("savepoint")
    setattr(error, link, lost_connection())
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        KeyError("name"),
        FileNotFoundError("regions/moscow.yaml"),
        through_sqlalchemy(UNREADY),
        through_sqlalchemy(asyncpg.UndefinedTableError("relation does not exist")),
        PendingRollbackError("This Session's transaction has been rolled back", code="7s2a"),
        nats.errors.BadSubjectError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_of_ours_is_none(error: Exception) -> None:
    assert as_domain_error(error).kind is Kind.INTERNAL
