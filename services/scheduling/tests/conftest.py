"""The packs of the repository; read by `scheduling.roster` from the environment, as in every process."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("MARSHRUT_REGIONS_DIR", str(Path(__file__).parents[3] / "regions"))
