"""The typed way to numba: compiled once, cached beside the source, deterministic."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., object])
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Words = NDArray[np.uint64]

# `_nrt=False`: no reference counting of the arrays passed around. Nothing here allocates, and counting them at every
# inner call made a search step seven times slower. The option is numba's own, but not in its typed signature.
COMPILE: Any = njit
CONFIG: Any = numba.config
OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}


def _cache_folder() -> str:
    """One folder per state of these sources: numba itself overlooks a change in the file of a called function."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    return str(Path(__file__).parent / "__pycache__" / f"numba-{digest}")


if "NUMBA_CACHE_DIR" not in os.environ and os.access(Path(__file__).parent, os.W_OK):
    CONFIG.CACHE_DIR = _cache_folder()


def compiled(function: F) -> F:
    """Compile with an on-disk cache; the GIL is released while it runs."""
    return cast(F, COMPILE(**OPTIONS)(function))


def inner(function: F) -> F:
    """Compile a function that only compiled code calls: no door to Python, which halves the time to compile."""
    return cast(F, COMPILE(**OPTIONS, no_cpython_wrapper=True)(function))


@inner
def wide(number: int) -> int:
    """The number as int64. Arrays hold int32, and every mix of the two would have the callee compiled once more."""
    return int(np.int64(number))


@inner
def draw(state: Words) -> float:
    """Next uniform number in [0, 1) of a xorshift generator; the state is advanced."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return float(x >> np.uint64(11)) / 9007199254740992.0


@inner
def pick(state: Words, below: int) -> int:
    """A uniform integer in [0, below)."""
    return int(draw(state) * below)


def seeded(seed: int) -> Words:
    """Generator state for a seed; near seeds give unrelated streams."""
    mixed = (seed * 0x9E3779B97F4A7C15 + 0xD1B54A32D192ED03) % 2**64
    return np.array([mixed or 1], dtype=np.uint64)
