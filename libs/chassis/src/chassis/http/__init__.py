"""The HTTP door, as rooms use it."""

from chassis.http.door import Router, UnitDep
from chassis.http.paging import ListQuery, ListQueryDep, Order, Page, PageQuery, PageQueryDep, page_of, paginate

__all__ = [
    "ListQuery",
    "ListQueryDep",
    "Order",
    "Page",
    "PageQuery",
    "PageQueryDep",
    "Router",
    "UnitDep",
    "page_of",
    "paginate",
]
