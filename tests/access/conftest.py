"""The packs of the repository; read from the environment, as in every process."""

import os
from pathlib import Path

os.environ.setdefault("MARSHRUT_REGIONS_DIR", str(Path(__file__).parents[2] / "regions"))
