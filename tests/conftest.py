"""One running system for all stories and faults of a test run, and a collector for its traces."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from local_deploy.story.gateway import DemoClock
from local_deploy.system import Ports, System

from tests.spans import Collector, collecting

ROOT = Path(__file__).parents[1]
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Where the services of the run send their traces."""
    with collecting() as found:
        yield found


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[System]:
    """Every server and service on free ports, with data of its own; stopped at the end."""
    data = tmp_path_factory.mktemp("system")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("OTEL_BSP_SCHEDULE_DELAY", "500")
        started = System(data, Ports.free(), ROOT / "regions", split=True, otlp_endpoint=collector.url)
        with started.running():
            DemoClock(started).advance_to(quiet_season(datetime.now(MOSCOW)))
            yield started


def quiet_season(now: datetime) -> datetime:
    """Ten in the morning of the next second Tuesday of February or September: no holidays near, nobody asleep."""
    first_days = [date(year, month, 1) for year in (now.year, now.year + 1) for month in (2, 9)]
    tuesdays = [day + timedelta(days=(1 - day.weekday()) % 7 + 7) for day in first_days]
    starts = [datetime.combine(day, time(10), MOSCOW) for day in tuesdays]
    return next(moment for moment in starts if moment > now)
