"""What this process holds. Runs in the notebook's kernel; of Linux, which alone tells it apart."""

from __future__ import annotations

import threading
from pathlib import Path

STATUS = Path("/proc/self/status")
OFTEN = 0.005
"""Seconds from one look to the next."""


def held(name: str) -> int:
    """A line of the process's status in bytes: `RssAnon`, what is in memory and no file's; `VmHWM`, the most of all."""
    text = STATUS.read_text().partition(f"{name}:")[2]
    if not text:
        raise RuntimeError(f"{STATUS} has no {name}: memory is measured on Linux")
    return int(text.split()[0]) * 1024


def forget_peak() -> None:
    """Let `VmHWM` begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


class Peak:
    """The most anonymous memory that is held while something is done: `with Peak() as peak: …; peak.bytes`."""

    def __enter__(self) -> Peak:
        self.bytes = held("RssAnon")
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def _watch(self) -> None:
        while not self._over.wait(OFTEN):
            self.bytes = max(self.bytes, held("RssAnon"))

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()
        self.bytes = max(self.bytes, held("RssAnon"))
