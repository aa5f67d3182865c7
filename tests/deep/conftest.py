"""Helpers of the examination stand beside it; the packs of the repository are read from the environment, as always."""

import os
from pathlib import Path

os.environ.setdefault("MARSHRUT_REGIONS_DIR", str(Path(__file__).parents[2] / "regions"))
