"""The declarative base of intake's tables."""

from chassis.database import COLUMN_TYPES, service_metadata
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Every mapped class of intake."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES
