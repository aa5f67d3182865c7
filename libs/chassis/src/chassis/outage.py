"""Tells an outage from a fault: in an outage the database, the bus or a neighbouring server is away."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg.exceptions
import httpx
import nats.errors
import nats.js.errors
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQL_STATES = (
    "08",  # connection
    "25P03",  # the server hung up on a transaction that idled: a paused process comes back to that
    "53",  # resources, too many connections
    "57P",  # the server is shutting down or starting
)
# TimeoutError is an OSError too; nats raises its own kind of it
_AWAY = (
    OSError,
    PoolTimeout,
    asyncpg.exceptions.InternalClientError,  # the server went away in the middle of a message
    httpx.TransportError,
    nats.errors.NoRespondersError,
    nats.errors.StaleConnectionError,
    nats.errors.OutboundBufferLimitError,
    nats.errors.ConnectionClosedError,
    nats.errors.ConnectionDrainingError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.NoServersError,
    nats.js.errors.ServiceUnavailableError,
    nats.js.errors.NoStreamResponseError,
)
_OURS = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
_RECONNECT_FORBIDDEN = "8s2b"  # SQLAlchemy's code: the transaction's connection was lost before


def is_outage(error: BaseException) -> bool:
    """Whether the error, or one of its causes, comes from an outage; a later try may succeed.

    What fails while a lost connection is being cleaned up is a consequence of the loss.
    """
    return any(map(_says_so, _on_the_way(error)))


def sql_state(error: BaseException) -> str:
    """PostgreSQL's code of the error, empty where there is none."""
    source = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(source, "sqlstate", None) or "")


def _on_the_way(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _says_so(error: BaseException) -> bool:
    if isinstance(error, _OURS):
        return False
    if isinstance(error, _AWAY) or sql_state(error).startswith(_SQL_STATES):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, (InterfaceError, asyncpg.exceptions.InterfaceError)):
        return "connection" in str(error)  # closed, released or lost; other complaints are about our arguments
    if isinstance(error, InvalidRequestError):
        # the pool connected anew, and that one was closed by the server as well
        return error.code == _RECONNECT_FORBIDDEN or "This connection is closed" in str(error)
    return False
