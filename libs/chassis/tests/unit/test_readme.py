"""The example of the README is code that runs."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
IMPORTS = """
from datetime import datetime, timedelta
from uuid import UUID
from chassis.aggregate import Aggregate
from chassis.data.database import COLUMN_TYPES, service_metadata
from chassis.errors import DomainError, Kind
from chassis.http import Router, UnitDep
from chassis.bus import EventRouter
from chassis.access.rls import Guarded
from chassis.run import Room, Service
from chassis.settings import ServiceSettings
from chassis.work import Timer, TimerRouter
from chassis.work import Unit
from contracts.access import Relation
from contracts.intake import ApplicationTaken
from pydantic import BaseModel
from sqlalchemy.orm import DeclarativeBase, Mapped
OTHER_RELATIONS = {}
class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES
"""


def test_the_example_is_a_service(tmp_path: Path) -> None:
    (example, *_) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.S)
    (tmp_path / "readme.py").write_text(IMPORTS + example, "utf-8")
    service = runpy.run_path(str(tmp_path / "readme.py"))["service"]
    paths = service.app().openapi()["paths"]
    assert paths["/applications/{id}/take"]["post"]["x-permission"] == "application:take"
