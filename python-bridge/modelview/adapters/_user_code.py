"""Where a person's code is, and what it raised."""

from __future__ import annotations

import inspect
import os
import traceback

__all__ = ["raised", "written"]

LONGEST = 4000
"""Letters of a traceback, from its end: a recursion's has more."""

_OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep


def raised(problem: BaseException, *framework: str) -> str:
    """A sentence and the traceback that a model's code left, without our own lines in it.

    Parameters
    ----------
    framework : str
        Folders whose lines are left out too.
    """
    frames = traceback.format_exception(type(problem), problem, problem.__traceback__)
    hidden = (_OURS, *framework)
    own = [frame for frame in frames if not any(folder in frame.partition("\n")[0] for folder in hidden)]
    text = "".join(own).strip()
    if len(text) > LONGEST:
        text = "…\n" + text[-LONGEST:].partition("\n")[2]
    return f"The model raised when it was called:\n{text}"


def written(kind: type) -> str | None:
    """The line where a class is written, 'model.py:12', or `None` where that is not known."""
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):
        return None
