"""The vocabulary of a library: several ontologies as one, lookups, and what loading one is said to change."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from micrographia.collection import schema
from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.collection.vocabulary import loading
from micrographia.collection.vocabulary.terms import Ontology, OntologyTerm, Parent, Synonym
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.commands import cli
from micrographia.errors import Invalid, NotFound
from tests.collection.vocabulary.files import OBO, OWL, write


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "library", create=True) as opened:
        yield opened


@pytest.fixture
def vocabulary(store, tmp_path):
    found = Vocabulary(store)
    loading.load(found, [write(tmp_path, "parts.obo", OBO), write(tmp_path, "tool.owl", OWL)])
    return found


def names(terms):
    return [term.name for term in terms]


def test_a_term_is_found_by_its_id_in_any_case(vocabulary):
    assert vocabulary.term("tool:0002").id == "Tool:0002"
    with pytest.raises(NotFound, match="PT:77"):
        vocabulary.term("PT:77")


def test_former_ids_lead_to_the_current_term(vocabulary):
    assert {vocabulary.current(one).name for one in ("PT:0000020", "pt:0000006", "PT:0000002")} == {"wheel"}


@pytest.mark.parametrize("text", ["wheel", " WHEEL", 'Rotating  "thing"', "obsolete hoop", "PT:0000020", "pt:0000002"])
def test_a_term_is_found_by_any_of_its_names(vocabulary, text):
    assert names(vocabulary.find(text)) == ["wheel"]


def test_what_lies_above_and_below(vocabulary):
    assert names(vocabulary.ancestors("PT:0000004")) == ["wheel", "bicycle", "machine", "car"]
    assert names(vocabulary.children("PT:0000002")) == ["red wheel"]
    assert [names(path) for path in vocabulary.paths("PT:0000004")] == [
        ["bicycle", "red wheel"],
        ["car", "wheel", "red wheel"],
        ["machine", "wheel", "red wheel"],
    ]
    assert names(vocabulary.path("PT:0000006")) == ["machine", "wheel"]
    assert [names(way) for way in vocabulary.leading(["PT:0000004", "XX:1", "PT:0000005"]).values()] == [
        ["machine", "wheel", "red wheel"],
        [],
        ["bicycle"],
    ]
    assert vocabulary.path("XX:1") == ()


def test_the_ontology_that_owns_a_prefix_has_the_word(vocabulary):
    own = Ontology("co", "", (OntologyTerm("CO:1", "cell", parents=(Parent("CO:0"),)), OntologyTerm("CO:0", "thing")))
    imported = Ontology(
        "other/imports/co_import",
        "",
        (
            OntologyTerm("CO:1", "old cell", (Synonym("little room"),), (Parent("CO:2"),)),
            OntologyTerm("CO:2", "wrong"),
            OntologyTerm("CO:0", ""),
        ),
    )
    vocabulary.load([(imported, "import.obo")])
    assert vocabulary.term("CO:1").name == "old cell"
    vocabulary.load([(own, "co.obo")])
    term = vocabulary.term("CO:1")
    assert (term.name, names(vocabulary.ancestors("CO:1"))) == ("cell", ["thing"])
    assert [synonym.text for synonym in term.synonyms] == ["little room"]
    assert vocabulary.children("CO:2") == []
    vocabulary.remove("co")
    assert vocabulary.term("CO:1").name == "old cell"


def test_circles_end(vocabulary):
    ring = [OntologyTerm(f"R:{i}", f"r{i}", parents=(Parent(f"R:{(i + 1) % 4}"),)) for i in range(4)]
    swap = [
        OntologyTerm("S:1", "s1", is_obsolete=True, replaced_by="S:2"),
        OntologyTerm("S:2", "s2", is_obsolete=True, replaced_by="S:1"),
    ]
    vocabulary.load([(Ontology("r", "", (*ring, *swap)), "r.obo")])
    assert names(vocabulary.ancestors("R:0")) == ["r1", "r2", "r3"]
    assert vocabulary.paths("R:0")
    assert vocabulary.current("S:1").name in ("s1", "s2")


def test_loading_moves_the_change_counter_and_is_all_or_nothing(vocabulary, store, tmp_path):
    before = store.change
    with pytest.raises(Invalid):
        loading.load(
            vocabulary, [write(tmp_path, "more.obo", OBO.replace("PT:", "QT:")), write(tmp_path, "bad.obo", "?")]
        )
    assert store.change == before
    loading.load(vocabulary, [tmp_path / "parts.obo"])
    assert store.change == vocabulary.change == before + 1
    assert [(one.name, one.terms, one.source) for one in vocabulary.loaded()] == [
        ("parts", 6, "parts.obo"),
        ("tool", 5, "tool.owl"),
    ]
    with pytest.raises(NotFound, match="parts, tool"):
        vocabulary.remove("nothing")
    assert store.changed_since(before) == []


def record(record_id, *terms):
    return Record(record_id, fields={"part": tuple(Term(*one) for one in terms)})


def test_the_report_says_what_changes_and_nothing_does(store, tmp_path):
    records = [
        record("a", ("PT:0000003", "PT:0000003"), ("wheels", "PT:0000002")),
        record("b", ("Wheel", "PT:0000002"), ("hoop", "PT:0000006"), ("free", None)),
        record("c", ("hoop", "PT:0000006"), ("old", "PT:0000020"), ("else", "XX:1")),
    ]
    store.put(records)
    vocabulary = Vocabulary(store)
    report = loading.load(vocabulary, [write(tmp_path, "parts.obo", OBO)])
    assert (report.used, report.known) == (5, 4)
    assert [(one.id, one.name, one.records) for one in report.named] == [("PT:0000003", "car", 1)]
    assert [(one.id, one.text, one.name, one.records) for one in report.differing] == [
        ("PT:0000002", "wheels", "wheel", 2)
    ]
    assert {(one.id, one.replaced_by, one.replacement, one.records) for one in report.obsolete} == {
        ("PT:0000006", "PT:0000002", "wheel", 2),
        ("PT:0000020", "PT:0000002", "wheel", 1),
    }
    assert [(one.id, one.records) for one in report.unknown] == [("XX:1", 1)]
    assert [(share.prefix, share.used, share.known) for share in report.shares] == [("PT", 4, 4), ("XX", 1, 0)]
    assert "4 of the 5 ids that records use are known: 4 of 4 PT, 0 of 1 XX." in report.as_text()
    assert [one.fields for one in store.records()] == [one.fields for one in records]
    again = loading.load(vocabulary, [write(tmp_path, "parts.obo", OBO.replace("name: car", "name: motor car"))])
    assert [(one.before, one.name) for one in again.renamed] == [("car", "motor car")]
    assert again.named == ()
    gone = loading.remove(vocabulary, "parts")
    assert {one.id for one in gone.lost} == {"PT:0000003", "PT:0000002", "PT:0000006"}


def test_an_unknown_id_is_a_doubt_where_its_ontology_is_there(store, tmp_path):
    store.put([record("a", ("stray", "PT:9"), ("else", "XX:1"), ("else too", "XX:2"))])
    vocabulary = Vocabulary(store)
    part = loading.load(vocabulary, [write(tmp_path, "parts.obo", OBO)]).as_text()
    assert "PT:9" not in part
    whole = loading.load(vocabulary, [write(tmp_path, "pt.obo", OBO.replace("ontology: parts", "ontology: pt"))])
    assert "1 is not in the ontology that has such ids:\n  PT:9 (1 record) stray" in whole.as_text()
    assert "XX:1" not in whole.as_text()
    assert [one.id for one in whole.unknown] == ["PT:9", "XX:1", "XX:2"]


def test_the_commands_load_list_and_remove(store, tmp_path):
    store.put([record("a", ("PT:0000003", "PT:0000003"), ("hoop", "PT:0000006"))])
    folder = str(store.folder)

    def run(*arguments):
        return CliRunner().invoke(cli, ["vocabulary", *arguments, "--library", folder])

    path = str(write(tmp_path, "parts.obo", OBO))
    said = run("load", path).output
    assert "PT:0000003 (1 record) is car" in said
    assert "PT:0000006 (1 record) obsolete hoop: use PT:0000002 (wheel)" in said
    assert said.endswith("No record was changed.\n")
    assert run("list").output.split("\t")[0] == "parts"
    told = json.loads(run("remove", "parts", "--json").output)
    assert [one["id"] for one in told["lost"]] == ["PT:0000003", "PT:0000006"]
    refused = run("load", str(tmp_path / "nothing.obo"))
    assert (refused.exit_code, "There is no file" in refused.output) == (1, True)


def test_a_library_of_the_first_version_gets_the_tables(tmp_path, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        Store.open(tmp_path / "old", create=True).close()
    with Store.open(tmp_path / "old") as store:
        assert Vocabulary(store).loaded() == []
