"""The directories of this deployment's regions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from chassis.regions import load_packs
from chassis.work import Runtime
from fastapi import Depends, Request

from intake.deployment import region_unknown
from intake.directory.pack import DirectoryPack

Directories = Mapping[str, DirectoryPack]


@lru_cache
def directories_in(folder: Path) -> Directories:
    """The packs of a folder with a ``directory.yaml``, read once. Raises `chassis.regions.BrokenPackError`."""
    return load_packs(folder, "directory", DirectoryPack)


def directories(runtime: Runtime) -> Directories:
    """The directories of a running service."""
    return directories_in(runtime.settings.regions_dir)


def directory_of(packs: Directories, region: str) -> DirectoryPack:
    """The directory of a region; ``region_unknown`` where there is none."""
    try:
        return packs[region]
    except KeyError:
        raise region_unknown() from None


def _of_request(request: Request) -> Directories:
    return directories(request.app.state.runtime)


DirectoriesDep = Annotated[Directories, Depends(_of_request)]
