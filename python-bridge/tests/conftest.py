"""Helpers of the tests are modules beside them: `from pages import Page`. The checkout itself is what is tested."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
