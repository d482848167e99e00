"""Helpers of the tests are modules beside them: `from pages import Page`. The checkout itself is what is tested."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import pytest  # noqa: E402  (what stands beside is found from here on)
from pages import Page  # noqa: E402

from modelview.adapters import describe  # noqa: E402
from modelview.service.service import Service  # noqa: E402


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
