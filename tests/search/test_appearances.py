"""Images that look alike: simulated fields of nuclei are nearer each other than an electron micrograph."""

from __future__ import annotations

import numpy as np
import pytest
import tifffile

from micrographia.errors import Invalid
from micrographia.imaging.appearance import METHOD
from micrographia.indexing import index
from micrographia.indexing.appearances import describe_appearances
from micrographia.library import Library
from micrographia.search import appearances
from micrographia.simulation.collection import specimens

NAMES = ("dna-damage-control", "dna-damage-doxorubicin", "em-synapse", "em-nuclear-envelope")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    images, library = tmp_path_factory.mktemp("images"), tmp_path_factory.mktemp("library")
    for specimen in specimens():
        if specimen.id in NAMES:
            planes = specimen.make(np.random.default_rng(1)).planes
            tifffile.imwrite(images / f"{specimen.id}.tif", planes.max((0, 1))[0])
    index(images, library, processes=0)
    return images, library


@pytest.fixture
def library(folder):
    with Library.open(folder[1]) as opened:
        yield opened


def alike(library: Library, record_id: str) -> list[str]:
    return [row["id"] for row in library.index.like(record_id, by="appearance")]


def test_nuclei_look_like_nuclei_and_sections_like_sections(library):
    control, treated, synapse, envelope = NAMES
    assert alike(library, control)[0] == treated
    assert alike(library, treated)[0] == control
    assert alike(library, synapse)[0] == envelope
    assert len(alike(library, control)) == 3


def test_only_public_images_are_alike(library):
    record = library.store.get(NAMES[1])
    library.store.put([type(record)(**{**record.__dict__, "visibility": "hidden"})])
    try:
        assert NAMES[1] not in alike(library, NAMES[0])
        assert alike(library, NAMES[1]) == []
    finally:
        library.store.put([record])
    assert alike(library, NAMES[0])[0] == NAMES[1]


def test_what_lacks_a_descriptor_gets_it_from_its_thumbnail(folder, library):
    connection = library.store.connection()
    connection.execute("DELETE FROM search_appearances")
    assert alike(library, NAMES[0]) == []
    names = [path.rename(path.with_suffix(".away")) for path in folder[0].iterdir()]
    try:
        assert describe_appearances(library.store) == len(NAMES)
    finally:
        for path in names:
            path.rename(path.with_suffix(".tif"))
    assert alike(library, NAMES[0])[0] == NAMES[1]
    assert describe_appearances(library.store) == 0


def test_a_newer_method_replaces_the_older_one(library):
    connection = library.store.connection()
    assert len(appearances.lacking(connection, METHOD + 1)) == len(NAMES)
    held = connection.execute("SELECT version, descriptor FROM search_appearances").fetchall()
    appearances.write(connection, METHOD + 1, held)
    assert appearances.lacking(connection, METHOD + 1) == []
    assert alike(library, NAMES[0])[0] == NAMES[1]
    connection.execute("DELETE FROM search_appearances")
    describe_appearances(library.store)


def test_a_likeness_that_is_none_is_refused(library):
    with pytest.raises(Invalid, match="by 'beauty'"):
        library.index.like(NAMES[0], by="beauty")
    assert library.index.like("missing", by="appearance") == []
