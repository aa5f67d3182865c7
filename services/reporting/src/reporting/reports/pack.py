"""Titles of a region's dictionaries: what reporting reads of other services' pack files, and nothing else of them."""

from __future__ import annotations

from typing import ClassVar

from chassis.regions import PackModel
from contracts.identifiers import Code
from pydantic import ConfigDict


class _Foreign(PackModel):
    """A part of a pack file: the keys of the service that owns the file are not checked here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Entry(_Foreign):
    """A code of a dictionary and what people read instead of it."""

    code: Code
    title: str


class EntryPointsPack(_Foreign):
    """``intake.yaml``: the places where families meet the service first."""

    FILE: ClassVar[str] = "intake"

    entry_points: tuple[Entry, ...] = ()


class ThemesPack(_Foreign):
    """``enquiries.yaml``: the themes of questions."""

    FILE: ClassVar[str] = "enquiries"

    themes: tuple[Entry, ...] = ()
