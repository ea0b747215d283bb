"""The demo collection as a whole: the table, the files, the true answers, and that chance repeats itself."""

import csv
import hashlib
import json
import re

import numpy as np
import ome_types
import pytest
import tifffile

from micrographia.collection.fields import FIELDS, RECORD_COLUMNS
from micrographia.errors import NotFound
from micrographia.simulation import table
from micrographia.simulation.collection import make_demo, specimens

# One of each kind: a coloured still, a float still, labels with a time series, a stack.
SOME = ("blood-film", "nuclear-pores", "bacteria-phase-contrast", "mitosis-metaphase")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    steps = []
    report = make_demo(folder, processes=1, only=SOME, progress=lambda *step: steps.append(step))
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as stream:
        return folder, report, {row["id"]: row for row in csv.DictReader(stream)}, steps


def test_there_are_at_least_48_images_each_with_its_words():
    names = [specimen.id for specimen in specimens()]
    assert len(names) >= 48
    assert len(set(names)) == len(names)
    assert set(names) == set(table._told()["images"])


def test_every_record_says_that_it_is_simulated():
    for specimen in specimens():
        for row in table.rows(specimen.id, labelled=True):
            assert "simulated" in row["title"], row["id"]
            assert "imulated" in row["description"], row["id"]
            assert row["item_type"].startswith("simulated image")
            assert row["licence"] == "CC0-1.0"


def test_descriptions_are_a_few_whole_sentences():
    for specimen in specimens():
        _, description = table.words(specimen.id)
        sentences = re.findall(r"[^.?!]+[.?!](?:\s|$)", description)
        assert 2 <= len(sentences) <= 5, specimen.id
        assert description.rstrip()[-1] in ".?"


def test_every_column_is_one_that_the_library_knows():
    known = {field.name for field in FIELDS} | RECORD_COLUMNS
    assert {name.removesuffix("_id") for name in table.COLUMNS} - known <= {"id"}


def test_ids_stand_at_the_position_of_their_term():
    for specimen in specimens():
        for row in table.rows(specimen.id, labelled=False):
            for field in table.TERM_FIELDS:
                ids = row[f"{field}_id"]
                assert not ids or len(ids.split(";")) == len(table.values(row.get(field, "")))


def test_every_id_is_that_of_its_name(shared_terms):
    wrong = {(text, identifier) for text, identifier in table.terms().items() if text not in shared_terms[identifier]}
    assert not wrong


def test_every_term_of_the_vocabulary_is_used():
    used = {value for one in specimens() for row in table.rows(one.id, labelled=True)
            for field in table.TERM_FIELDS for value in table.values(row.get(field, ""))}  # fmt: skip
    assert set(table.terms()) <= used


def test_files_are_complete_ome_tiffs(demo):
    folder, report, rows, _ = demo
    assert report.images == len(rows) == len(SOME) + report.labels
    assert report.bytes > 0
    for row in rows.values():
        with tifffile.TiffFile(folder / row["file"]) as tiff:
            assert tiff.is_ome
            xml = tiff.ome_metadata
            shape = tiff.series[0].shape
            colour = tiff.pages[0].photometric == tifffile.PHOTOMETRIC.RGB
        image = ome_types.from_xml(xml).images[0]
        pixels = image.pixels
        sizes = [pixels.size_t, pixels.size_z, pixels.size_c, pixels.size_y, pixels.size_x]
        assert int(np.prod(sizes)) == int(np.prod(shape))
        assert pixels.physical_size_x and pixels.physical_size_y
        assert pixels.size_z == 1 or pixels.physical_size_z
        assert pixels.size_t == 1 or pixels.time_increment
        assert image.acquisition_date is not None
        assert all(channel.name and channel.color is not None for channel in pixels.channels)
        assert sum(channel.samples_per_pixel for channel in pixels.channels) == pixels.size_c
        assert colour == (pixels.channels[0].samples_per_pixel == 3)


def test_every_channel_uses_many_greys_between_its_display_limits(demo):
    folder, _, rows, _ = demo
    for name in SOME:
        with tifffile.TiffFile(folder / rows[name]["file"]) as tiff:
            series = tiff.series[0]
            axis = "S" if "S" in series.axes else "C"
            values = series.asarray()
        channels = np.moveaxis(values, series.axes.index(axis), 0) if axis in series.axes else values[None]
        for channel in channels:
            low, high = np.percentile(channel, (0.5, 99.9))
            assert len(np.unique(channel[(channel >= low) & (channel <= high)])) >= 64, name


def test_the_title_of_labels_begins_with_that_of_their_image(demo):
    _, _, rows, _ = demo
    labels = rows["blood-film-labels"]
    assert labels["title"].startswith(rows["blood-film"]["title"])
    assert "labels" in labels["title"]
    assert "label image" in labels["item_type"].split(";")


def test_true_answers_are_there_and_agree_with_the_labels(demo):
    folder, _, rows, _ = demo
    for name in SOME:
        assert json.loads((folder / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    colony = json.loads((folder / "truth" / "bacteria-phase-contrast.json").read_text(encoding="utf-8"))
    labels = tifffile.imread(folder / rows["bacteria-phase-contrast-labels"]["file"])
    assert [len(np.unique(frame)) - 1 for frame in labels] == [step["cells"] for step in colony["counts"]]


def test_an_image_and_its_labels_are_one_group(demo):
    _, _, rows, _ = demo
    assert rows["blood-film"]["group"] == rows["blood-film-labels"]["group"] != ""


def test_progress_counts_up_to_the_end(demo):
    _, _, _, steps = demo
    assert [(done, total) for done, total, _ in steps] == [(n, len(SOME)) for n in range(1, len(SOME) + 1)]


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_processes(demo, tmp_path):
    folder, _, _, _ = demo
    again = ("nuclear-pores", "mitosis-metaphase")
    make_demo(tmp_path, processes=2, only=again)
    for name in again:
        for part in (f"images/{name}.ome.tiff", f"truth/{name}.json"):
            assert _digest(folder / part) == _digest(tmp_path / part)


def test_another_seed_gives_another_picture(demo, tmp_path):
    folder, _, _, _ = demo
    make_demo(tmp_path, seed=7, processes=1, only=["nuclear-pores"])
    first, second = (tifffile.imread(at / "images" / "nuclear-pores.ome.tiff") for at in (folder, tmp_path))
    assert first.dtype == second.dtype == np.float32
    assert (first != second).any()


def test_an_unknown_image_is_named_in_the_error(tmp_path):
    with pytest.raises(NotFound, match="unicorn"):
        make_demo(tmp_path, only=["unicorn"])


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
