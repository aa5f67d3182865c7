"""Region packs: what one deployment decides, as reviewed YAML under ``regions/<pack>/``. Nothing regional is code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, ClassVar, TypeVar, cast
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from workdays import Calendar, OfficeHours, Term

from chassis.errors import invalid

M = TypeVar("M", bound=BaseModel)
PM = TypeVar("PM", bound="PackModel")
T = TypeVar("T")
Code = str


class BrokenPackError(ValueError):
    """A pack file is missing, is not YAML, or breaks a rule. The message names the file, the path and the rule."""


class PackModel(BaseModel):
    """Base of every pack file: unknown keys are mistakes, loaded values do not change.

    The model of a whole file names it in ``FILE`` (without ``.yaml``); ``MISSING`` is what people read, in Russian and
    English, where a region has no such file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    FILE: ClassVar[str]
    MISSING: ClassVar[tuple[str, str]] = ("Такого региона здесь нет.", "This region is not served here.")


def _office_hours(value: object) -> OfficeHours:
    if isinstance(value, OfficeHours):
        return value
    if not isinstance(value, Mapping):
        raise ValueError("needs opens and closes")
    return OfficeHours.parse(value)


def _term(value: object) -> Term:
    return Term.parse(value)


PackOfficeHours = Annotated[OfficeHours, BeforeValidator(_office_hours)]
"""Office hours in a pack file, as `workdays.OfficeHours.parse` reads them."""

PackTerm = Annotated[Term, BeforeValidator(_term)]
"""A term in a pack file, as `workdays.Term.parse` reads it: ``same_working_day``, ``{working_days: 5}``."""


class TerritoryEntry(PackModel):
    """A municipality of the region. Its time zone and hours are the region's unless it has its own."""

    code: Code = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    sector: str | None = None
    time_zone: str | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        return value and known_zone(value)


class Region(PackModel):
    """``region.yaml``: the file every pack has."""

    code: Code = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    time_zone: str
    office_hours: PackOfficeHours
    calendar_extra: dict[date, str] = {}
    """Days off of the region beyond the federal calendar, with their names."""
    territories: tuple[TerritoryEntry, ...] = Field(min_length=1)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)

    @model_validator(mode="after")
    def _codes_differ(self) -> Region:
        codes = [territory.code for territory in self.territories]
        if twice := {code for code in codes if codes.count(code) > 1}:
            raise ValueError(f"territories named twice: {', '.join(sorted(twice))}")
        return self

    @cached_property
    def calendar(self) -> Calendar:
        """The production calendar with the region's own days off."""
        return Calendar.load(self.calendar_extra)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The region's time zone."""
        return ZoneInfo(self.time_zone)

    def territory(self, code: str) -> TerritoryEntry | None:
        """The territory of that code, if the region has it."""
        return next((territory for territory in self.territories if territory.code == code), None)

    def zone_of(self, territory: str | None) -> ZoneInfo:
        """The time zone of a territory; the region's where the territory has none of its own."""
        entry = self.territory(territory) if territory else None
        return ZoneInfo(entry.time_zone) if entry and entry.time_zone else self.zone


def known_zone(name: str) -> str:
    """The name itself; raises ``ValueError`` for a time zone this machine does not know."""
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error
    return name


def load_packs(folder: Path, file: str, model: type[M]) -> dict[str, M]:
    """Every pack's ``<file>.yaml`` as ``model``, by pack name; packs without the file are left out.

    Raises:
        BrokenPackError: with file, path inside it and rule.
    """
    if not folder.is_dir():
        raise BrokenPackError(f"{folder}: no such folder of region packs")
    files = sorted(folder.glob(f"*/{file}.yaml"))
    return {path.parent.name: load_file(path, model) for path in files}


class Packs:
    """The pack files of a service's rooms for every region, read once at start.

    Args:
        folder: ``settings.regions_dir``.
        models: the models of whole files; each names its file.
        rules: what must hold between files of one region; raises `BrokenPackError` where it does not.
    """

    def __init__(
        self, folder: Path, models: Iterable[type[PackModel]] = (), rules: Iterable[Callable[[Packs], None]] = ()
    ) -> None:
        self._loaded: dict[type[PackModel], Mapping[str, PackModel]] = {
            model: load_packs(folder, model.FILE, model) for model in models
        }
        self.folder = folder
        self._made: dict[tuple[object, str], object] = {}
        for rule in rules:
            rule(self)

    def all(self, model: type[PM]) -> Mapping[str, PM]:
        """The file of every region that has one, by region; raises ``LookupError`` where no room declares the model."""
        return cast("Mapping[str, PM]", self._loaded[model])

    def find(self, model: type[PM], region: str) -> PM | None:
        """The region's file, or None where it has none."""
        return self.all(model).get(region)

    def of(self, model: type[PM], region: str) -> PM:
        """The region's file; 422 ``unknown_region`` where it has none."""
        found = self.find(model, region)
        if found is None:
            ru, en = model.MISSING
            raise invalid("unknown_region", "region", ru, en)
        return found

    def made(self, make: Callable[[Packs, str], T], region: str) -> T:
        """A value derived from a region's files, such as look-ups by id; made once, kept as long as the files."""
        if (make, region) not in self._made:
            self._made[make, region] = make(self, region)
        return cast("T", self._made[make, region])


def load_regions(folder: Path) -> Mapping[str, Region]:
    """Every region of the deployment by pack name, which is its code; raises `BrokenPackError`."""
    regions = load_packs(folder, "region", Region)
    for pack, region in regions.items():
        if region.code != pack:
            raise BrokenPackError(f"{folder / pack / 'region.yaml'}: code: must be the pack's name {pack!r}")
    return regions


def territory_title(territory: str | None, regions: Mapping[str, Region]) -> str | None:
    """What people read instead of ``smolensk/gagarin``, or of a whole region; None for what no pack knows any more."""
    pack, _, code = (territory or "").partition("/")
    region = regions.get(pack)
    named = region.territory(code) if region and code else region
    return named.title if named else None


def load_file(path: Path, model: type[M]) -> M:
    """One YAML file as ``model``; raises `BrokenPackError`."""
    try:
        # CSafeLoader has no hook for duplicate keys; ours only refines SafeLoader
        content = yaml.load(path.read_text(encoding="utf-8"), _StrictLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise BrokenPackError(f"{path}: {_where(error)}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        lines = [f"{path}: {_path(e['loc'])}: {e['msg']}" for e in error.errors(include_url=False)]
        raise BrokenPackError("\n".join(lines)) from error


class _StrictLoader(yaml.SafeLoader):
    """A key given twice is a mistake; YAML would keep the last one silently."""


def _mapping(loader: _StrictLoader, node: yaml.MappingNode) -> dict[object, object]:
    loader.flatten_mapping(node)
    result: dict[object, object] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in result:
            raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "not YAML"
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else str(problem)


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(whole file)"
