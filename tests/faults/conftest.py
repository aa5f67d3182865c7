"""The harness is a package beside these tests; child processes and every test file import it by its name."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
