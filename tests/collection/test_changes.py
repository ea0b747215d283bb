"""Changes: a harvester misses nothing, sees what is gone, and never hears of what was never public."""

from __future__ import annotations

from dataclasses import replace
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from micrographia.collection.changes import BEGIN, Selection, position_text, read_position
from micrographia.collection.records import Record
from micrographia.collection.store import Store
from micrographia.errors import Invalid


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path, create=True) as opened:
        yield opened


def told(store, after=BEGIN, **selection):
    return [(change.id, change.is_gone) for change in store.changes(after, selection=Selection(**selection))]


def test_changes_come_in_order_with_what_is_gone(store):
    store.put([Record("a"), Record("b"), Record("c")])
    store.put([Record("b", title="Now with a title")])
    store.remove(["a"])
    assert told(store) == [("c", False), ("b", False), ("a", True)]
    assert all(change.when.endswith("Z") and len(change.when) == 20 for change in store.changes())


def test_what_becomes_hidden_is_gone_and_what_never_was_public_is_never_told_of(store):
    store.put([Record("open"), Record("secret", visibility="hidden"), Record("doomed", visibility="hidden")])
    store.put([Record("open", visibility="hidden"), Record("secret", title="More", visibility="hidden")])
    store.remove(["doomed"])
    assert told(store) == [("open", True)]
    assert store.change_of("secret") is None
    assert store.change_of("doomed") is None
    store.remove(["open"])
    assert told(store) == [("open", True)]
    store.put([Record("open", title="Back")])
    assert told(store) == [("open", False)]


def test_a_change_in_fields_that_are_called_alike_is_no_change_of_visibility(store):
    hidden = Record("a", visibility="hidden")
    store.put([hidden])
    store.put([replace(hidden, title="a, visibility, b", group="visibility")])
    assert told(store) == []


def test_changes_can_be_taken_up_again(store):
    store.put([Record(f"r{i}") for i in range(7)])
    first = store.changes(limit=3)
    store.put([Record("r1", title="Changed meanwhile"), Record("r5", title="So is this one")])
    rest = store.changes(read_position(position_text(first[-1].position)), limit=100)
    assert [change.id for change in rest] == ["r3", "r4", "r6", "r1", "r5"]
    assert told(store, (store.change, 10**18)) == []


def test_a_counter_alone_is_all_that_it_counts(store):
    store.put([Record("a"), Record("b")])
    middle = store.change
    store.put([Record("c")])
    assert told(store, read_position(str(middle))) == [("c", False)]
    for text in ("", "x", "1.", ".1", "-1", "1e3", "1.x", "9" * 19, "１"):
        with pytest.raises(Invalid):
            read_position(text)


def test_changes_of_a_time_a_group_a_licence(store):
    store.put([Record("a", group="g", licence="CC0-1.0"), Record("b", licence="CC-BY-4.0"), Record("c", group="g")])
    store.remove(["c"])
    assert told(store, since="2000-01-01T00:00:00Z", until="2999-01-01T00:00:00Z") == told(store)
    assert told(store, since="2999-01-01T00:00:00Z") == told(store, until="2000-01-01T00:00:00Z") == []
    assert told(store, group="g") == [("a", False), ("c", True)]
    assert told(store, licence="CC-BY-4.0") == [("b", False), ("c", True)]


def test_whose_licence_keeps_them_out_of_lists_are_told_of_only_once_they_were_listed(store):
    kept_out = "LicenseRef-CIL-copyright"
    store.put([Record("never", licence=kept_out), Record("once", licence="CC0-1.0"), Record("free")])
    store.put([Record("never", title="More", licence=kept_out), Record("once", licence=kept_out)])
    assert told(store) == [("free", False), ("once", True)]
    assert store.change_of("never") is None
    assert [record_id for record_id, _ in store.dated(0, 10)] == ["free"]
    assert store.distinct("licence") == []
    store.remove(["never", "once"])
    assert told(store) == [("free", False), ("once", True)]


def test_parts_keep_their_records_when_others_go(store):
    store.put([Record(f"r{i}", visibility="hidden" if i == 2 else "public") for i in range(7)])
    assert [part for part, _ in store.parts(3)] == [0, 1, 2]
    assert [record_id for record_id, _ in store.dated(3, 6)] == ["r3", "r4"]
    store.remove(["r0", "r1"])
    assert [part for part, _ in store.parts(3)] == [1, 2]
    assert [record_id for record_id, _ in store.dated(3, 6)] == ["r3", "r4"]


def test_the_groups_of_hidden_records_are_not_told(store):
    store.put([Record("a", group="g"), Record("b", group=""), Record("c", group="secret", visibility="hidden")])
    assert store.distinct("group") == ["g"]


class Harvest(RuleBasedStateMachine):
    """A harvester that takes a page now and then ends with what is public, whatever happened in between."""

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = Store.open(self.folder.name, create=True)
        self.at, self.kept, self.ever_public = BEGIN, set(), set()

    @rule(record=st.sampled_from("abcd"), title=st.sampled_from("xy"), visibility=st.sampled_from(["public", "hidden"]))
    def put(self, record, title, visibility):
        self.store.put([Record(record, title=title, visibility=visibility)])
        if visibility == "public":
            self.ever_public.add(record)

    @rule(record=st.sampled_from("abcd"))
    def remove(self, record):
        self.store.remove([record])

    @rule(limit=st.integers(1, 3))
    def harvest(self, limit):
        for change in self.store.changes(self.at, limit):
            self.at = change.position
            (self.kept.discard if change.is_gone else self.kept.add)(change.id)

    @invariant()
    def nothing_secret_is_told(self):
        assert {change.id for change in self.store.changes()} <= self.ever_public

    def teardown(self):
        self.harvest(1000)
        assert self.kept == set(self.store.ids())
        self.store.close()
        self.folder.cleanup()


TestHarvest = Harvest.TestCase
TestHarvest.settings = settings(max_examples=25, stateful_step_count=20)
