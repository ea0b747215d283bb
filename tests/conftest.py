"""What every test may use: the real data beside the project, when it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test is held to a time, and what a test run for others draws is the same each time.
settings.register_profile(
    "unhurried", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real images, records and ontologies beside the project; skips where there is none."""
    folder = Path(os.environ.get("MICROGRAPHIA_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set MICROGRAPHIA_TEST_DATA to the folder that holds it")
    return folder


@pytest.fixture(scope="session")
def small_library(tmp_path_factory) -> Path:
    """The folder of a library of four small images; shared, so never written to."""
    from tests.libraries import make_library

    return make_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def library(small_library):
    """That library, opened; what is asked of it must not change it."""
    from micrographia.library import Library

    with Library.open(small_library) as opened:
        yield opened
