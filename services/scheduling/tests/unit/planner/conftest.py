"""A small invented month round Smolensk: two brigades, six visits."""

from datetime import date

import pytest
from scheduling.planner import Brigade, Lunch, Place, Problem, Shift, Specialist, Visit, Window

MONDAY = date(2026, 3, 2)
DAYS = tuple(date(2026, 3, day) for day in (2, 3, 4, 5, 6))


@pytest.fixture
def problem() -> Problem:
    """Everything fits."""
    places = (
        Place(id="base", lat=54.78, lon=32.04),
        Place(id="gagarin", lat=55.5533, lon=34.9968),
        Place(id="vyazma", lat=55.21, lon=34.297),
        Place(id="yartsevo", lat=55.066, lon=32.696),
        Place(id="dorogobuzh", lat=54.914, lon=33.298),
    )
    specialists = (
        Specialist(id="s1", skills=("psychologist",)),
        Specialist(id="s2", skills=("speech",), absences=(MONDAY,)),
        Specialist(id="s3", skills=("motor", "speech")),
    )
    brigades = (
        Brigade(id="b1", base="base", crew=("s1", "s2"), lunch=Lunch(), shifts=(Shift(latest=1200, max_minutes=540),)),
        Brigade(id="b2", base="base", crew=("s3",), shifts=(Shift(latest=1200),)),
    )
    visits = (
        Visit(id="v1", place="yartsevo", duration=60, child="c1", skills=("psychologist",)),
        Visit(id="v2", place="vyazma", duration=45, child="c2", skills=("speech",), priority=3),
        Visit(id="v3", place="gagarin", duration=60, child="c3", windows=(Window(opens=720, closes=900),)),
        Visit(id="v4", place="dorogobuzh", duration=90, child="c4", weekdays=(2, 3)),
        Visit(id="v5", place="dorogobuzh", duration=40, child="c5", skills=("motor",)),
        Visit(id="v6", place="yartsevo", duration=60, child="c1", days=(date(2026, 3, 6),)),
    )
    return Problem(id="small", days=DAYS, places=places, specialists=specialists, brigades=brigades, visits=visits)
