"""An import as a whole: what comes in, what a second one changes, what a curator keeps."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from micrographia.collection.records import Record, Term
from micrographia.collection.store import Store
from micrographia.importing import CellImageLibrary, import_records, opened
from micrographia.importing.report import as_lines
from tests.importing.documents_made import document, lines


@pytest.fixture
def bring(tmp_path):
    """Imports documents into one library; the report."""

    def run(*documents, **options):
        source = tmp_path / "source.jsonl"
        source.write_bytes(b"".join(one if isinstance(one, bytes) else lines(one) for one in documents))
        with opened(str(source)) as found:
            return import_records(CellImageLibrary(), found, tmp_path / "library", **options)

    return run


@pytest.fixture
def library(tmp_path):
    """That library's store."""
    with Store.open(tmp_path / "library", create=True) as store:
        yield store


def counts(report):
    return {name: value for name in ("added", "changed", "unchanged", "kept") if (value := getattr(report, name))}


def test_a_second_import_changes_nothing(bring, library):
    documents = [document(number) for number in range(1, 60)]
    assert counts(bring(*documents)) == {"added": 59}
    change = library.change
    assert counts(bring(*documents)) == {"unchanged": 59}
    assert library.change == change
    assert library.get("CIL:7").history[-1].who == "import cil"


def test_originals_are_kept_byte_for_byte(bring, library):
    odd = json.dumps(document(5)).replace("{", "{ ", 2).replace(", ", ",\t").encode() + b" \r"
    bring(odd + b"\n", document(6))
    kept = dict(library.originals(importer="cil"))
    assert kept["CIL:5"].document == odd
    assert kept["CIL:6"].document + b"\n" == lines(document(6))
    assert not list(library.originals(importer="csv"))


def test_what_is_new_in_the_source_comes_in(bring, library):
    bring(document(1), document(2))
    new = document(1, CELLTYPE={"free_text": "swarmer"}, CELLULARCOMPONENT=None)
    assert counts(bring(new, document(2))) == {"changed": 1, "unchanged": 1}
    record = library.get("CIL:1")
    assert record.fields["cell_type"] == (Term("swarmer"),)
    assert "cellular_component" not in record.fields
    assert json.loads(dict(library.originals(["CIL:1"]))["CIL:1"].document) == new


def test_a_curator_wins_part_by_part_and_for_good(bring, library):
    bring(document(1))
    record = library.get("CIL:1")
    fields = {**record.fields, "cell_type": (Term("oral cell"),), "mood": (Term("calm"),)}
    del fields["imaging_mode"]
    library.put([replace(record, title="Cilia", fields=fields, visibility="hidden")], who="Grace")
    for _ in range(2):
        report = bring(document(1, CELLTYPE={"free_text": "swarmer"}, TECHNICALDETAILS={"free_text": "Fast scan."}))
        after = library.get("CIL:1")
        assert (after.title, after.visibility) == ("Cilia", "hidden")
        assert after.fields["cell_type"] == (Term("oral cell"),)
        assert after.fields["mood"] == (Term("calm"),)
        assert "imaging_mode" not in after.fields
        assert "Fast scan." in after.description
        assert report.kept == 1
    assert report.kinds["note", "kept as changed here"] == 4


def test_a_finding_that_was_seen_to_stays_away_and_those_of_others_stay(bring, library):
    bring(document(1, GROUP_ID="9", BIOLOGICALPROCESS={"onto_id": "GO:0000278"}))
    record = library.get("CIL:1")
    assert {finding.field for finding in record.findings} >= {"group", "biological_process"}
    left = tuple(finding for finding in record.findings if finding.field == "group")
    library.put([replace(record, findings=left)], who="Grace")
    report = bring(document(1, GROUP_ID="9", BIOLOGICALPROCESS={"onto_id": "GO:0000278"}))
    assert library.get("CIL:1").findings == left
    assert counts(report) == {"unchanged": 1}


def test_a_record_that_was_there_before_keeps_what_it_has(bring, library):
    library.put([Record("CIL:1", title="Mine", licence="CC0-1.0")], who="Grace")
    report = bring(document(1))
    record = library.get("CIL:1")
    assert (record.title, record.licence) == ("Mine", "CC0-1.0")
    assert record.contributors == ("Ada Lovelace",)
    assert counts(report) == {"changed": 1, "kept": 1}


def test_a_dry_run_reports_the_same_and_writes_nothing(bring, tmp_path):
    documents = [document(1), document(2, TERMSANDCONDITIONS=None), b"{cut\n"]
    first = bring(*documents, dry_run=True)
    assert not (tmp_path / "library").exists()
    assert (first.kinds, counts(first)) == ((real := bring(*documents)).kinds, counts(real))
    before = (tmp_path / "library" / "library.db").read_bytes()
    again = bring(document(1, CELLTYPE=None), dry_run=True)
    assert counts(again) == {"changed": 1}
    assert (tmp_path / "library" / "library.db").read_bytes() == before


def test_an_import_that_was_cut_short_goes_on(bring, library, monkeypatch):
    documents = [document(number) for number in range(1, 101)]

    def stop(done, total, name):
        if done >= 48:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(*documents, progress=stop)
    assert 0 < library.count() < 100
    report = bring(*documents)
    assert report.added + report.unchanged == 100
    assert report.added == 100 - report.unchanged > 0
    assert library.count() == len(list(library.originals())) == 100


def test_ids_that_come_twice_are_told_of(bring, library):
    report = bring(document(1), document(1), document(1, CELLTYPE=None))
    assert (report.added, report.repeated) == (1, 2)
    assert report.kinds["error", "id twice"] == 1
    assert report.kinds["note", "document twice"] == 1
    assert "cell_type" in library.get("CIL:1").fields


def test_groups_have_several_members(bring, library):
    bring(document(1), document(2), document(3, GROUP_ID="99"))
    assert [library.get(f"CIL:{n}").group for n in (1, 2, 3)] == ["cil-group:17", "cil-group:17", None]


def test_what_must_not_be_public_comes_in_and_is_not_shown(bring, library):
    deleted = {"Status": {"Is_public": True, "Deleted": True}}
    report = bring(
        document(1, TERMSANDCONDITIONS=None),
        document(2, body={"Status": {"Is_public": False, "Deleted": False}}),
        document(3, body=deleted),
        document(4, TERMSANDCONDITIONS={"free_text": "ask nicely"}),
        document(5, TERMSANDCONDITIONS={"free_text": "copyright"}),
    )
    assert (report.added, report.hidden) == (5, 4)
    assert library.ids() == ["CIL:5"]


def test_every_finding_goes_to_the_report(bring, tmp_path):
    with (tmp_path / "report.jsonl").open("w", encoding="utf-8") as stream:
        report = bring(document(1, GROUP_ID="9"), b"not json\n", tell=as_lines(stream))
    told = [json.loads(line) for line in (tmp_path / "report.jsonl").read_text("utf-8").splitlines()]
    assert len(told) == sum(report.kinds.values())
    assert {"record": "CIL:1", "kind": "group of one", "place": "source.jsonl, line 1"}.items() <= told[0].items()
    assert told[-1]["kind"] == "not JSON"
    assert "1 documents could not be used" in report.as_text()


def test_all_real_records_come_in(real_data, tmp_path):
    with opened(str(real_data / "cil" / "records.jsonl.gz")) as documents:

        def some(tell):
            return (one for i, one in enumerate(documents(tell)) if i % 80 == 0)

        report = import_records(CellImageLibrary(), some, tmp_path / "library")
        contents = [one.content for one in some(lambda place, noted: None)]
    assert (report.added, report.unusable, report.repeated) == (101, 0, 0)
    # Every citation says what its record does.
    assert not report.kinds["note", "citation says otherwise"]
    with Store.open(tmp_path / "library") as store:
        originals = dict(store.originals())
        assert [one.document for one in originals.values()] == contents
        for record in store.records(public=False):
            cited = json.loads(originals[record.id].document)["CIL_CCDB"]["Citation"]
            assert f"doi:{record.fields['doi'][0].text}" == cited["DOI"]
            assert record.fields["ark"][0].text == cited["ARK"]
            assert f"({record.year}) {record.id}" in cited["Title"]
