"""Sites for the tests of the web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from micrographia.collection.findings import Finding
from micrographia.collection.records import Record, SourceFile, Term
from micrographia.library import Library
from tests.libraries import make_library
from tests.web.serving import Client, serving

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Iterator[Library]:
    """Four small images, and records that are hidden, unreadable or hostile."""
    folder = make_library(tmp_path_factory.mktemp("site") / "library")
    with Library.open(folder) as library:
        library.store.put(
            [
                Record("secret", title="Hidden", visibility="hidden", fields={"organism": (Term("Secretum"),)}),
                Record(
                    "broken",
                    title="A broken file",
                    findings=(Finding("error", "file", "The file ends too early.", "Copy it again."),),
                ),
                Record(
                    "hostile",
                    title=f"Title {HOSTILE}",
                    description=f"Text <b>bold</b> {HOSTILE}<img src=x onerror=alert(1)>",
                    fields={"organism": (Term(HOSTILE),), "odd": (Term("</script>", HOSTILE),)},
                    contributors=(f"O'Brien & {HOSTILE}",),
                    licence="LicenseRef-Mine-only",
                    attribution=HOSTILE,
                    source="javascript:alert(1)",
                    group=HOSTILE,
                    file=SourceFile(str(folder), "library.db"),
                ),
            ]
        )
        yield library


@pytest.fixture(scope="module")
def site(library) -> Iterator[Client]:
    with serving(library) as client:
        yield client
