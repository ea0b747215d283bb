"""Published collections: what the catalogue says, and what becomes of it in a library."""

from __future__ import annotations

import hashlib
import io
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tifffile
from click.testing import CliRunner

from micrographia.collection.licences import licence
from micrographia.collection.records import Term
from micrographia.collection.store import Store
from micrographia.commands import cli
from micrographia.errors import Invalid, NotFound
from micrographia.fetching import catalogue, get, published
from micrographia.fetching.catalogue import named
from tests.fetching.shelves import answered, cut_after

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "data" / "collections.toml"


def plane(seed):
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.random.default_rng(seed).poisson(200, (24, 32)).astype(np.uint16))
    return stream.getvalue()


def line(path, content):
    return f'["{path}", {len(content)}, "{hashlib.sha256(content).hexdigest()}"]'


MOVIE = {f"raw/movie/m_t{time}.tif": plane(time) for time in range(3)}
CELL = plane(9)


@pytest.fixture
def small(shelf, tmp_path):
    """A catalogue with a collection of two images on the shelf: a file, and a movie of three frames."""
    for path, content in {**MOVIE, "raw/a cell.tif": CELL}.items():
        shelf.put(path, content)
    text = f"""
[little]
title = "A little collection"
homepage = "https://example.org/little"
base = "{shelf.address}/raw/"
licence = "CC-BY-4.0"
attribution = "Somebody"

[[little.images]]
id = "cell"
title = "A cell"
organism = "Homo sapiens"
organism_id = "NCBITaxon:9606"
pixel_size_um = "0.5"
files = [{line("a cell.tif", CELL)}]

[[little.images]]
id = "movie"
title = "Three frames"
attribution = "Somebody else"
folder = "movie"
files = [{", ".join(line(path.removeprefix("raw/"), content) for path, content in MOVIE.items())}]
"""
    (tmp_path / "small.toml").write_text(text, "utf-8")
    return tmp_path / "small.toml"


@pytest.fixture
def bring(small, tmp_path, limits):
    def run():
        return get(published(small)["little"], tmp_path / "library", limits=limits, processes=0)

    return run


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "library", create=True) as opened:
        yield opened


def test_a_collection_comes_with_all_that_is_said_of_it(bring, store):
    report = bring()
    assert (report.fetched, report.failed) == (2, [])
    cell, movie = store.records(["little:cell", "little:movie"])
    assert (cell.title, cell.licence, cell.attribution) == ("A cell", "CC-BY-4.0", "Somebody")
    assert cell.fields["organism"] == (Term("Homo sapiens", "NCBITaxon:9606"),)
    assert (cell.source, cell.visibility) == ("https://example.org/little", "public")
    assert (cell.facts.sizes.x, cell.facts.pixel_size_um.x) == (32, 0.5)
    assert (movie.facts.sizes.t, movie.credit) == (3, "Somebody else")
    assert (movie.file.path, movie.file.size) == ("little/movie", sum(map(len, MOVIE.values())))
    assert movie.history[-1].who == "get little"


def test_a_second_time_nothing_comes_and_a_curators_words_stay(bring, store, shelf):
    bring()
    store.put([replace(store.get("little:cell"), title="My cell")], who="Grace")
    change, asked = store.change, len(shelf.asked)
    report = bring()
    assert (report.fetched, report.had) == (0, 2)
    assert (store.change, len(shelf.asked)) == (change, asked)


def test_a_file_that_was_changed_or_lost_comes_again(bring, store):
    bring()
    before = store.get("little:movie")
    folder = store.folder / "images/little"
    (folder / "movie/m_t1.tif").write_bytes(plane(7))
    (folder / "a cell.tif").unlink()
    assert bring().fetched == 2
    after = store.get("little:movie")
    assert after.facts == before.facts
    assert (folder / "movie/m_t1.tif").read_bytes() == MOVIE["raw/movie/m_t1.tif"]


def test_what_failed_comes_another_time(bring, store, shelf):
    shelf.put("raw/movie/m_t2.tif", MOVIE["raw/movie/m_t2.tif"], answered(404))
    shelf.put("raw/a cell.tif", CELL, cut_after(500))
    report = bring()
    assert (report.fetched, [name for name, _ in report.failed]) == (1, ["little:movie"])
    assert store.ids() == ["little:cell"]
    assert (bring().fetched, len(store.ids())) == (1, 2)


def test_another_file_than_the_published_one_makes_no_record(bring, store, shelf):
    shelf.put("raw/a cell.tif", plane(10))
    ((name, why),) = bring().failed
    assert (name, "checksum differs" in why or "should have" in why) == ("little:cell", True)
    assert not list((store.folder / "images/little").glob("*.tif"))


def test_the_commands(small, shelf, tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "_PLACES", (small,))
    monkeypatch.chdir(tmp_path)
    listed = CliRunner().invoke(cli, ["get", "--list"])
    assert listed.stdout == "little\tA little collection\t2 images, 0 MB, CC-BY-4.0\thttps://example.org/little\n"
    shelf.put("raw/a cell.tif", CELL, answered(404))
    (tmp_path / "little-library/images/little").mkdir(parents=True)
    for path, content in MOVIE.items():
        target = tmp_path / "little-library/images/little" / path.removeprefix("raw/")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(content)
    done = CliRunner().invoke(cli, ["get", "little"])
    assert done.exit_code == 1, done.output
    assert "2 images: 1 fetched, 1 failed." in done.stdout
    unknown = CliRunner().invoke(cli, ["get", "big"])
    assert (unknown.exit_code, "There are: little." in unknown.output) == (1, True)


def test_a_catalogue_that_cannot_be_is_a_sentence(small, tmp_path):
    text = small.read_text("utf-8")
    for old, new in [
        ('"a cell.tif"', '"../.cell"'),
        ('folder = "movie"', 'folder = "../movie"'),
        ('folder = "movie"', ""),
        ("[little]", "[Little-]"),
        ('id = "cell"', 'id = "a/b"'),
        ('id = "cell"', ""),
        ("base =", "bass ="),
        ('base = "http:', 'base = "file:'),
        (f", {len(CELL)},", ", 0,"),
        (f", {len(CELL)},", ","),
        ('title = "A cell"', "title = 3"),
        ("[little]", "[little"),
    ]:
        assert old in text
        small.write_text(text.replace(old, new), "utf-8")
        with pytest.raises(Invalid):
            published(small)
    with pytest.raises(NotFound):
        named("none", {})


def test_the_catalogue_of_the_project_is_whole():
    collections = published()
    assert set(collections) == set(tomllib.loads(DATA.read_text("utf-8")))
    for collection in collections.values():
        ids = [item.id for item in collection.items]
        places = [(item.folder, file.name.casefold()) for item in collection.items for file in item.files]
        assert (len(set(ids)), len(set(places))) == (len(ids), len(places))
        for item in collection.items:
            assert item.cells["title"] and item.cells["attribution"]
            assert licence(item.cells["licence"]).redistributable
            assert all(file.address.startswith("https://") for file in item.files)


def test_the_training_images_of_neubias_come_as_they_were_published(real_data, shelf, tmp_path, limits):
    collection = published()["neubias"]
    small = [item for item in collection.items if sum(file.size for file in item.files) < 270_000 or item.folder]
    paths = {path.name: path for path in (real_data / "images").rglob("*.tif")}
    items = []
    for item in small:
        files = [replace(file, address=shelf.put(file.name, paths[file.name].read_bytes())) for file in item.files]
        items.append(replace(item, files=tuple(files)))
    report = get(replace(collection, items=tuple(items)), tmp_path, limits=limits, processes=0)
    assert (report.fetched, report.failed) == (len(small), [])
    with Store.open(tmp_path) as store:
        sizes = {record.id: record.facts.sizes for record in store.records()}
    assert (sizes["neubias:mitocheck-movie"].t, sizes["neubias:c-elegans-em"].z) == (30, 21)
    for item in collection.items:
        for file in item.files:
            content = paths[file.name].read_bytes()
            assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
