"""What PyTorch writes while it tries to follow a model."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["quiet"]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what this thread logs and writes to stderr out of the person's cell.

    That a way to follow a model fails is a note of ours, and not pages of its graph. Other threads are heard as ever.
    """
    thread = threading.get_ident()

    def others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    loggers = [
        logger
        for name, logger in list(logging.root.manager.loggerDict.items())
        if name.partition(".")[0] == "torch" and isinstance(logger, logging.Logger)
    ]
    handlers = [handler for logger in loggers for handler in logger.handlers]
    for handler in handlers:
        handler.addFilter(others)
    before = sys.stderr
    deaf: Any = _DeafToOne(before, thread)
    sys.stderr = deaf
    try:
        yield
    finally:
        # Somebody else may have put another one there meanwhile.
        if sys.stderr is deaf:
            sys.stderr = before
        for handler in handlers:
            handler.removeFilter(others)


class _DeafToOne:
    """A stream that takes nothing from one thread."""

    def __init__(self, stream: Any, thread: int) -> None:
        self._stream = stream
        self._thread = thread

    def write(self, text: str) -> int:
        """Write, or do as if."""
        return len(text) if threading.get_ident() == self._thread else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
