"""The store: what is put comes back, in step for every process, whatever happens to one of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from micrographia.collection import schema
from micrographia.collection.findings import Finding
from micrographia.collection.records import Channel, Facts, PixelSize, Record, Sizes, SourceFile, Term
from micrographia.collection.store import Store
from micrographia.errors import Busy, Invalid, LibraryError, NotFound
from tests.collection.records_made import RECORDS

FACTS = Facts(
    Sizes(64, 48, z=5, c=2, t=3),
    "uint16",
    pixel_size_um=PixelSize(0.1, 0.1, 0.5),
    frame_interval_s=30.0,
    channels=(Channel("DNA", "#00FFFF", (0.0, 10.5), 460.0, (1.0, 9.0)), Channel("tubulin")),
    levels=((64, 48), (32, 24)),
    content_hash="ab" * 32,
)
FULL = Record(
    "full",
    title="A dividing cell",
    description="Watch the <b>plate</b>.\n\nTwice.",
    fields={"organism": (Term("Homo sapiens", "NCBITaxon:9606"),), "stain": (Term("b"), Term("a"), Term("b"))},
    contributors=("Robert Hooke", "Ada Lovelace"),
    licence="CC0-1.0",
    year=2010,
    group="twins",
    file=SourceFile("/images", "in/a.tif", 12, 34, "ab" * 32),
    facts=FACTS,
    findings=(Finding("note", "pixel_size_um", "A guess.", "Check it."),),
)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "library", create=True) as opened:
        yield opened


class Told:
    """An observer that keeps the titles in a table of its own."""

    def prepare(self, connection):
        connection.execute("CREATE TABLE IF NOT EXISTS titles (number INTEGER PRIMARY KEY, title TEXT)")

    def stored(self, connection, number, record):
        connection.execute("INSERT OR REPLACE INTO titles VALUES (?, ?)", (number, record.title))

    def removed(self, connection, number):
        connection.execute("DELETE FROM titles WHERE number = ?", (number,))


def titles(store: Store) -> list[str]:
    return [title for (title,) in store.connection().execute("SELECT title FROM titles ORDER BY number")]


def bare(record: Record) -> Record:
    return replace(record, history=(), added="", changed="", fields=dict(record.fields))


def test_the_names_in_facts_can_be_sent_to_anybody(store):
    facts = replace(FACTS, channels=(Channel("\ud800bad\0"),), format="\udfff Zarr", acquired="2020\ud800")
    store.put([replace(FULL, facts=facts)])
    again = store.get("full").facts
    assert (again.channels[0].name, again.format, again.acquired) == (" bad ", "  Zarr", "2020 ")


@pytest.mark.parametrize("step", [float("nan"), float("inf"), 1e308, 5e-324, -1.0, 0.0])
def test_a_step_that_cannot_be_is_not_known(store, step):
    facts = replace(FACTS, pixel_size_um=PixelSize(step, 0.1, step), frame_interval_s=step)
    store.put([replace(FULL, facts=facts)])
    again = store.get("full").facts
    assert (again.pixel_size_um, again.frame_interval_s) == (PixelSize(y=0.1), None)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_limits_and_wavelengths_are_numbers_or_not_known(store, number):
    channels = Channel(limits=(number, 1.0), auto=(0.0, number), wavelength_nm=number), Channel(auto=(0.0, 5.0))
    store.put([replace(FULL, facts=replace(FACTS, channels=channels))])
    assert store.get("full").facts.channels == (Channel(), Channel(auto=(0.0, 5.0)))


def test_a_record_comes_back_whole(store):
    store.put([FULL])
    assert bare(store.get("full")) == bare(FULL)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORDS, max_size=3, unique_by=lambda record: record.id))
def test_any_records_come_back(store, records):
    store.remove(store.ids(public=False))
    store.put(records)
    again = {record.id: bare(record) for record in store.records(public=False)}
    assert again == {record.id: bare(record) for record in records}


def test_ids_are_in_the_order_of_adding_and_hidden_ones_are_kept_back(store):
    store.put([Record("b"), Record("a", visibility="hidden"), Record("c")])
    assert store.ids() == ["b", "c"]
    assert store.ids(public=False) == ["b", "a", "c"]
    assert [record.id for record in store.records(["c", "a", "none", "b"])] == ["c", "b"]
    assert (store.count(), store.count(public=False)) == (2, 3)


def test_a_number_stays_and_is_never_used_again(store):
    store.put([Record("a"), Record("b")])
    numbers = store.numbers()
    store.put([Record("a", title="new")])
    assert store.numbers() == numbers
    store.remove(["b"])
    store.put([Record("b")])
    assert store.numbers(["b"])["b"] > numbers["b"]


def test_history_tells_who_did_what(store):
    store.put([Record("a", title="one")], who="Ada")
    store.put([Record("a", title="two", fields={"stain": (Term("x"),)})], who="Robert")
    assert [(event.who, event.what) for event in store.get("a").history] == [
        ("Ada", "added"),
        ("Robert", "changed title, stain"),
    ]


def test_saying_the_same_again_changes_nothing(store):
    store.put([FULL])
    before = store.change, store.get("full")
    assert store.put([FULL]) == []
    assert (store.change, store.get("full")) == before


def test_the_change_counter_and_what_changed(store):
    start = store.change
    store.put([Record("a"), Record("b")])
    middle = store.change
    assert middle > start
    store.remove(["a", "none"])
    store.put([Record("b", title="x")])
    assert store.changed_since(start) == [("a", True), ("b", False)]
    assert store.changed_since(middle) == [("a", True), ("b", False)]
    assert store.changed_since(store.change) == []


def test_one_bad_id_keeps_the_whole_batch_out(store):
    with pytest.raises(Invalid, match="cannot be kept"):
        store.put([Record("good"), Record("../bad")])
    assert store.ids() == []


def test_which_records_have_files(store):
    store.put([FULL, Record("without")])
    assert store.files() == {"full": FULL.file}


def test_texts_that_cannot_be_written_are_mended(store):
    store.put([Record("a", title="x\udcff\0", description="one\r\ntwo\rthree")])
    assert store.get("a").title == "x?"
    assert store.get("a").description == "one\ntwo\nthree"


def test_an_id_that_cannot_be_one_is_not_there(store):
    store.put([Record("a")])
    assert [record.id for record in store.records(["\ud800", "ä", "a\0", "a"])] == ["a"]
    with pytest.raises(NotFound):
        store.get("\udcff")


def test_an_observer_is_in_step_within_the_transaction(tmp_path):
    with Store.open(tmp_path, create=True, observers=(Told(),)) as store:
        store.put([Record("a", title="one"), Record("b", title="two")])
        store.put([Record("a", title="uno")])
        store.remove(["b"])
        assert titles(store) == ["uno"]
        with pytest.raises(Invalid):
            store.put([Record("c", title="three"), Record("?")])
        assert titles(store) == ["uno"]


def test_an_observer_that_missed_changes_is_told_of_them(tmp_path):
    with Store.open(tmp_path, create=True) as store:
        store.put([Record("a", title="one"), Record("b", title="two")])
    with Store.open(tmp_path, observers=(Told(),)) as store:
        assert titles(store) == ["one", "two"]
    with Store.open(tmp_path) as store:
        store.remove(["a"])
        store.put([Record("b", title="dos")])
    with Store.open(tmp_path, observers=(Told(),)) as store:
        assert titles(store) == ["dos"]


def test_no_library_says_how_to_make_one(tmp_path):
    with pytest.raises(NotFound, match="micrographia index"):
        Store.open(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [b"not a database at all, but text" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_damaged_library_is_explained(tmp_path, damage):
    (tmp_path / "library.db").write_bytes(damage)
    with pytest.raises(LibraryError, match="damaged"):
        Store.open(tmp_path)


def test_damage_is_explained_wherever_it_is(tmp_path):
    with Store.open(tmp_path / "whole", create=True) as store:
        store.put(replace(FULL, id=f"r{i}") for i in range(50))
    whole = (tmp_path / "whole" / "library.db").read_bytes()
    (tmp_path / "harmed").mkdir()
    for seed in range(40):
        data = bytearray(whole)
        random = Random(seed)
        for _ in range(2000):
            data[random.randrange(100, len(data))] = random.randrange(256)
        (tmp_path / "harmed" / "library.db").write_bytes(data)
        with suppress(LibraryError), Store.open(tmp_path / "harmed") as store:
            list(store.records())


def test_damage_found_later_is_explained(tmp_path):
    with Store.open(tmp_path, create=True) as store:
        store.put(replace(FULL, id=f"r{i}") for i in range(300))
    path = tmp_path / "library.db"
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xaa" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(LibraryError, match="damaged"), Store.open(tmp_path) as store:
        list(store.records())


def test_another_program_s_database_is_left_alone(tmp_path):
    connection = sqlite3.connect(tmp_path / "library.db")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(LibraryError, match="not a library"):
        Store.open(tmp_path, create=True)


def test_a_newer_library_is_refused(tmp_path):
    Store.open(tmp_path, create=True).close()
    connection = sqlite3.connect(tmp_path / "library.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match="newer Micrographia"):
        Store.open(tmp_path)


def test_an_older_library_is_brought_up_to_date(tmp_path, monkeypatch):
    with Store.open(tmp_path, create=True) as store:
        store.put([FULL])

    def add_table(connection):
        connection.execute("CREATE TABLE lessons (id TEXT)")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, add_table))
    with Store.open(tmp_path) as store:
        assert store.connection().execute("SELECT count(*) FROM lessons").fetchone() == (0,)
        assert bare(store.get("full")) == bare(FULL)


def test_a_failed_migration_leaves_the_library_as_it_was(tmp_path, monkeypatch):
    Store.open(tmp_path, create=True).close()

    def fail(connection):
        connection.execute("CREATE TABLE half (id TEXT)")
        connection.execute("CREATE TABLE half (id TEXT)")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fail))
        with pytest.raises(LibraryError):
            Store.open(tmp_path)
    with Store.open(tmp_path) as store:
        assert store.connection().execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchone() is None


def test_a_closed_store_says_so(tmp_path):
    store = Store.open(tmp_path, create=True)
    store.close()
    with pytest.raises(LibraryError, match="closed"):
        store.ids()


def test_many_threads_use_one_store(store):
    def work(name: int) -> list[str]:
        for i in range(10):
            store.put([Record(f"t{name}-{i}", title=f"{name} {i}")])
        return [store.get(f"t{name}-{i}").title for i in range(10)]

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [[f"{name} {i}" for i in range(10)] for name in range(6)]
    assert store.count() == 60


def _write_and_say(folder, count):
    with Store.open(folder, create=True) as store:
        for i in range(count):
            store.put([replace(FULL, id=f"p{os.getpid()}-{i}")])


def test_several_processes_make_and_fill_one_library_while_another_reads(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_and_say, args=(tmp_path / "new", 40)) for _ in range(3)]
    for writer in writers:
        writer.start()
    while not (tmp_path / "new" / "library.db").exists():
        time.sleep(0.01)
    seen = []
    with Store.open(tmp_path / "new", create=True) as reader:
        while any(writer.is_alive() for writer in writers):
            seen.append((reader.change, len(list(reader.records()))))
        assert [writer.exitcode for writer in writers] == [0, 0, 0]
        assert reader.count() == len(reader.changed_since(0)) == 120
    assert seen == sorted(seen)


def test_only_one_indexes_at_a_time(tmp_path):
    with Store.open(tmp_path, create=True) as store, store.alone():
        with pytest.raises(Busy, match="indexing"), store.alone():
            pass
        store.put([Record("a")])


ROOT = Path(__file__).parent.parent.parent

KILLED = """
import sys
from pathlib import Path
from random import Random
from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
with Store.open(Path(sys.argv[1]), create=True) as store:
    print("ready", flush=True)
    for n in range(100000):
        store.put([Record(f"r{n}-{i}", title="t", fields={"f": (Term(str(i)),)}) for i in range(5)])
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.05])
def test_a_killed_writer_leaves_a_library_with_whole_batches(tmp_path, after_s):
    for _ in range(2):
        process = subprocess.Popen([sys.executable, "-c", KILLED, tmp_path], stdout=subprocess.PIPE, cwd=ROOT)
        process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        process.wait()
        process.stdout.close()
        with Store.open(tmp_path) as store:
            records = list(store.records())
            assert len(records) % 5 == 0
            assert all(record.fields["f"] and record.history for record in records)
            assert store.connection().execute("PRAGMA integrity_check").fetchone() == ("ok",)
