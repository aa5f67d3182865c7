"""The month's problem and its plan as plain, versioned data, JSON both ways.

Units: times are minutes after midnight of the day they belong to, durations are minutes, distances kilometres,
prices kilometres too (one currency the dispatcher understands). Nothing here computes; see `greedy`, `check`, `score`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Minute = Annotated[int, Field(ge=0, le=2880)]
Minutes = Annotated[int, Field(ge=0, le=1440)]
Price = Annotated[float, Field(ge=0)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class Data(BaseModel):
    """Immutable, closed: an unknown field is an error, not a silent typo."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Data):
    """Where a visit, a base or a lodging is. Coordinates may be absent only when the travel table knows the place."""

    id: str
    lat: float | None = Field(default=None, ge=-90, le=90)
    lon: float | None = Field(default=None, ge=-180, le=180)
    name: str = ""


class Window(Data):
    """The family can receive the brigade from `opens` to `closes`; the whole service lies inside. No days = any day."""

    opens: Minute
    closes: Minute
    days: tuple[date, ...] | None = None
    weekdays: tuple[Weekday, ...] | None = None

    def applies(self, day: date) -> bool:
        """Whether this window is open on `day`."""
        on_date = self.days is None or day in self.days
        return on_date and (self.weekdays is None or day.weekday() in self.weekdays)


class Visit(Data):
    """One child at home, one time. `days`, `weekdays`, `iso_weeks` narrow the month; priority 3 is the most urgent."""

    id: str
    place: str
    duration: Annotated[int, Field(ge=1, le=1440)]
    child: str = ""
    skills: tuple[str, ...] = ()
    windows: tuple[Window, ...] = ()
    days: tuple[date, ...] | None = None
    weekdays: tuple[Weekday, ...] | None = None
    iso_weeks: tuple[int, ...] | None = None
    brigades: tuple[str, ...] | None = None
    priority: Literal[1, 2, 3] = 1
    series: str | None = None
    kind: str = ""
    services: Annotated[int, Field(ge=1, le=50)] = 1

    def may_be_on(self, day: date) -> bool:
        """Whether the date alone allows the visit (windows, absences and travel not considered)."""
        return (
            (self.days is None or day in self.days)
            and (self.weekdays is None or day.weekday() in self.weekdays)
            and (self.iso_weeks is None or day.isocalendar().week in self.iso_weeks)
        )


class Series(Data):
    """Visits that repeat one service: at least `min_gap_days` apart, at most `max_per_week` in one ISO week."""

    id: str
    min_gap_days: Annotated[int, Field(ge=1, le=31)] = 1
    max_per_week: Annotated[int, Field(ge=1, le=7)] | None = None


class Pair(Data):
    """Two visits by two different brigades on one day: the second starts `min_lag`..`max_lag` after the first."""

    first: str
    second: str
    min_lag: Minutes = 0
    max_lag: Minutes = 0


class Child(Data):
    """Load limit of a child's day (row D4-23): minutes of service in one day."""

    id: str
    day_limit: Annotated[int, Field(ge=1, le=1440)] | None = None


class Quota(Data):
    """A child's minimum of services of one kind in the month (row D4-07: 8 + 8). A shortfall is priced and shown."""

    child: str
    kind: str
    minimum: Annotated[int, Field(ge=1, le=200)]


class Specialist(Data):
    """A person with skills; on absence days the brigade goes without them."""

    id: str
    skills: tuple[str, ...] = ()
    absences: tuple[date, ...] = ()


class Shift(Data):
    """Work lies between `earliest` and `latest`, at most `max_minutes` without lunch; the start is flexible."""

    earliest: Minute = 480
    latest: Minute = 1080
    max_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    days: tuple[date, ...] | None = None


class Lunch(Data):
    """Break of a shift longer than `after` minutes (Labour Code art. 108: none is due up to four hours)."""

    earliest: Minute = 690
    latest: Minute = 900
    minutes: Annotated[int, Field(ge=1, le=120)] = 45
    after: Minutes = 240


class Brigade(Data):
    """A team and its vehicle. Skills are its own plus those of the crew that goes; `seats` bounds that crew."""

    id: str
    base: str
    end: str | None = None
    crew: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    seats: Annotated[int, Field(ge=1, le=50)] | None = None
    shifts: tuple[Shift, ...] = (Shift(),)
    lunch: Lunch | None = None
    days: tuple[date, ...] | None = None
    absences: tuple[date, ...] = ()
    lodgings: tuple[str, ...] = ()

    def shift_on(self, day: date) -> Shift | None:
        """The first shift that names the day, else the first one without days, else none."""
        named = (s for s in self.shifts if s.days is not None and day in s.days)
        general = (s for s in self.shifts if s.days is None)
        return next(named, None) or next(general, None)


class Stay(Data):
    """The brigade sleeps at `place` after `night`: that route ends there and the next day's starts there."""

    brigade: str
    night: date
    place: str


class Service(Data):
    """One service to a family at a point, by one specialist with the skill."""

    id: str
    skill: str
    duration: Annotated[int, Field(ge=1, le=480)]


class Family(Data):
    """An invited family: its services follow one another in any order (`ordered`: as listed), never two at once."""

    child: str
    services: tuple[Service, ...]
    opens: Minute | None = None
    closes: Minute | None = None
    ordered: bool = False


class Reception(Data):
    """A day of a brigade at a partner's point: host hours, rooms, specialists in parallel, invited families."""

    id: str
    place: str
    days: tuple[date, ...]
    opens: Minute
    closes: Minute
    rooms: Annotated[int, Field(ge=1, le=50)]
    families: tuple[Family, ...]
    brigades: tuple[str, ...] | None = None
    priority: Literal[1, 2, 3] = 2


class Commitment(Data):
    """Where a visit stood in the published plan. Frozen: it stays, to the minute; else leaving costs `move_price`."""

    visit: str
    brigade: str
    day: date
    start: Minute
    frozen: bool = False
    move_price: Price = 20.0


class Travel(Data):
    """Great circle times `detour` at `speed_kmh`, or a table over `places` (minutes and km) where one is given."""

    speed_kmh: Annotated[float, Field(gt=0, le=200)] = 65.0
    detour: Annotated[float, Field(ge=1, le=5)] = 1.3
    places: tuple[str, ...] = ()
    minutes: tuple[tuple[Minute, ...], ...] = ()
    km: tuple[tuple[float, ...], ...] = ()


class Prices(Data):
    """What breaking a wish costs, in kilometres."""

    unplaced: tuple[Price, Price, Price] = (1000.0, 3000.0, 10000.0)
    quota: Price = 5000.0
    extra_brigade: Price = 30.0
    overnight: Price = 150.0


class Problem(Data):
    """One month to plan. `days` are the working days; routes up to `frozen_until` consist of frozen visits only."""

    version: Literal[1] = 1
    id: str = ""
    days: tuple[date, ...]
    places: tuple[Place, ...]
    brigades: tuple[Brigade, ...]
    visits: tuple[Visit, ...] = ()
    specialists: tuple[Specialist, ...] = ()
    series: tuple[Series, ...] = ()
    pairs: tuple[Pair, ...] = ()
    children: tuple[Child, ...] = ()
    quotas: tuple[Quota, ...] = ()
    receptions: tuple[Reception, ...] = ()
    stays: tuple[Stay, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    frozen_until: date | None = None
    travel: Travel = Travel()
    prices: Prices = Prices()
