"""The HTTP door: what rooms use of it."""

from chassis.http.door import Router, UnitDep
from chassis.http.paging import Order, Page, PageQuery, PageQueryDep, paginate

__all__ = ["Order", "Page", "PageQuery", "PageQueryDep", "Router", "UnitDep", "paginate"]
