"""The declarative base of reporting's tables."""

from chassis.data.database import COLUMN_TYPES, service_metadata
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Every mapped class of reporting."""

    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES
