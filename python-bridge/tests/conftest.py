"""Helpers of the tests are modules beside them: `from pages import Page`. The checkout itself is what is tested."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import pytest  # noqa: E402  (what stands beside is found from here on)
from pages import Page  # noqa: E402

from modelview.adapters import describe  # noqa: E402
from modelview.service.service import Service  # noqa: E402


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    with turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


@contextmanager
def turn(*, alone):
    """Of the processes of a run all may test at once, or one alone, for which those that come later wait."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    # Not on Windows, where tests run one by one: scripts/test.mjs.
    import fcntl

    # Two files that are there anyway are the locks.
    with Path(__file__).open("rb") as door, (HERE / "pages.py").open("rb") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@pytest.fixture
def asked():
    """Ask a model's service; gives the page."""
    services = []

    def ask(model, **options):
        service = Service(describe(model, **options))
        services.append(service)
        talk = Page()
        service.connect(talk)
        talk.hello()
        return talk

    yield ask
    for service in services:
        service.close()
