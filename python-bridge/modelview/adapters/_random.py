"""The random states that are everybody's: models draw from them."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import numpy as np

__all__ = ["random_as_before"]


@contextlib.contextmanager
def random_as_before() -> Iterator[None]:
    """Put Python's and NumPy's random states back, whatever draws from them."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
