"""What the tests of fetching share: a web server, and limits that do not try a test's patience."""

from __future__ import annotations

import pytest

from micrographia.fetching.downloading import Limits
from tests.fetching.shelves import shelves


@pytest.fixture
def shelf():
    with shelves() as there:
        yield there


@pytest.fixture
def limits():
    return Limits(size=1_000_000, connect_s=20, stall_s=20, tries=3, pause_s=0.01, spare=0)
