"""Tables of other collections: any table by a mapping, a study's file list, an annotation table."""

from __future__ import annotations

import csv
import json
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Given, Term
from micrographia.collection.store import Store
from micrographia.errors import Invalid, NotFound, Unreadable
from micrographia.importing import assets_of, import_records
from micrographia.importing.documents import Document
from micrographia.importing.tables.bioimagearchive import BioImageArchive, file_list_documents
from micrographia.importing.tables.idr import ImageDataResource, annotation_documents, study_in
from micrographia.importing.tables.mappings import TableMapping, read_mapping, table_documents
from micrographia.importing.tables.rows import TableImporter
from micrographia.importing.tables.suggestions import suggested_mapping

TABLE = (
    "Image No,Species,Taxon,Cell types,URL,Rights,Made,Staff,Remarks,page\n"
    '7,Amoeba proteus,NCBITaxon:5775,"amoeba, eater",http://e.org/a.tif,CC BY 4.0,1999,ann@example.org,odd; really,x\n'
    "8,Volvox carteri,NCBITaxon:3067,,http://e.org/v.tif,CC BY 4.0,2001,Ben B,,\n"
)


def imported(tmp_path, layout, documents):
    """The report of an import into an empty library, and its records and assets."""
    report = import_records(TableImporter(layout), documents, tmp_path / "library")
    with Store.open(tmp_path / "library") as store:
        records = {record.id: record for record in store.records(public=False)}
        assets = {record_id: assets_of(one.importer, one.document) for record_id, one in store.originals()}
        originals = [json.loads(one.document)["cells"] for _, one in store.originals()]
    again = import_records(TableImporter(layout), documents, tmp_path / "library")
    assert again.added == again.changed == 0
    return report, records, assets, originals


def write(path, text):
    path.write_text(text, "utf-8")
    return path


def test_any_table_by_a_mapping(tmp_path):
    table = write(tmp_path / "table.csv", TABLE)
    mapping = write(
        tmp_path / "mapping.toml",
        'separator = ","\nprefix = "lab:"\n[columns]\n"Image No" = "id"\nSpecies = "organism"\nTaxon = "organism_id"\n'
        '"Cell types" = "cell_type"\nURL = "file"\nRights = "licence"\nMade = "year"\nStaff = "contributor"\n'
        'Remarks = "description"\npage = ""\n',
    )
    layout = read_mapping(mapping)
    report, records, assets, originals = imported(tmp_path, layout, table_documents(table, layout))
    assert report.added == 2
    first = records["lab:7"]
    assert (first.licence, first.year, first.description) == ("CC-BY-4.0", 1999, "odd; really")
    assert first.fields["organism"] == (Term("Amoeba proteus", "NCBITaxon:5775"),)
    assert [term.text for term in first.fields["cell_type"]] == ["amoeba", "eater"]
    assert "example.org" not in repr(first)
    assert records["lab:8"].contributors == ("Ben B",)
    assert [(one.role, one.name, one.address) for one in assets["lab:8"]] == [
        ("original", "v.tif", "http://e.org/v.tif")
    ]
    assert originals == list(csv.DictReader(TABLE.splitlines()))


def test_a_table_without_ids_and_files_by_their_names(tmp_path):
    table = write(tmp_path / "table.csv", "what;where\nA cell;deep/a 1.tif\nA cell;../b.tif\n")
    mapping = write(tmp_path / "m.toml", 'files = "https://e.org/x"\n[columns]\nwhat = "title"\nwhere = "file"\n')
    layout = read_mapping(mapping)
    report, records, assets, _ = imported(tmp_path, layout, table_documents(table, layout))
    assert report.added == 2
    assert all(record_id.startswith("A-cell-") for record_id in records)
    assert sorted(one.address for found in assets.values() for one in found) == ["https://e.org/x/deep/a%201.tif"]


def test_a_microscope_is_not_taken_for_microscopy(tmp_path):
    suggested = suggested_mapping(write(tmp_path / "table.csv", "Microscope,Microscopy\nZeiss,confocal\n"))
    assert tomllib.loads(suggested)["columns"] == {"Microscope": "microscope", "Microscopy": "imaging_mode"}


def test_a_mapping_is_suggested_from_names_and_values(tmp_path):
    suggested = suggested_mapping(write(tmp_path / "table.csv", TABLE))
    assert tomllib.loads(suggested)["columns"] == {
        "Image No": "image_no",
        "Species": "organism",
        "Taxon": "organism_id",
        "Cell types": "cell_type",
        "URL": "file",
        "Rights": "licence",
        "Made": "year",
        "Staff": "staff",
        "Remarks": "remarks",
        "page": "page_",
    }
    mapping = write(tmp_path / "mapping.toml", suggested)
    layout = read_mapping(mapping)
    _, records, _, _ = imported(tmp_path, layout, table_documents(tmp_path / "table.csv", layout))
    assert {record.year for record in records.values()} == {1999, 2001}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[columns", "not TOML"),
        ("", "has no columns"),
        ("[columns]\na = 3", "no text"),
        ('[columns]\na = "Cell Type"', "might be 'cell_type'"),
        ('[columns]\na = "image_type"', "which cannot be"),
        ('seperator = ","\n[columns]\na = "id"', "'seperator'"),
        ('prefix = 3\n[columns]\na = "id"', "quotation marks"),
    ],
)
def test_a_mapping_that_cannot_be_is_explained(tmp_path, text, said):
    with pytest.raises(Invalid, match=said):
        read_mapping(write(tmp_path / "mapping.toml", text))
    with pytest.raises(NotFound):
        read_mapping(tmp_path / "none.toml")


LIST = (
    "Files\tOrganism\tCell type\tImaging Method\tstain\n"
    "batch 1/a_1.ome.tiff\tDanio rerio\tneuron\tlight sheet\tDAPI\n"
    "batch 1/a_2.ome.tiff\tDanio rerio\t\tlight sheet\t\n"
    "notes/read me.txt\t\t\t\t\n"
    "batch 1/.DS_Store\t\t\t\t\n"
)


def test_a_file_list_as_a_table(tmp_path):
    layout = BioImageArchive("S-BIAD0", "CC0")
    documents = file_list_documents(write(tmp_path / "files.tsv", LIST), layout)
    report, records, assets, _ = imported(tmp_path, layout, documents)
    assert (report.added, report.hidden) == (2, 0)
    record = records["S-BIAD0-batch-1-a_1.ome.tiff"]
    # The id was made here: that it differs from the path is nothing to look into.
    assert not record.findings
    assert (record.title, record.group, record.licence) == ("a 1", "S-BIAD0", "CC0-1.0")
    assert {name: [term.text for term in terms] for name, terms in record.fields.items()} == {
        "organism": ["Danio rerio"],
        "cell_type": ["neuron"],
        "imaging_mode": ["light sheet"],
        "visualization": ["DAPI"],
    }
    address = "https://www.ebi.ac.uk/biostudies/files/S-BIAD0/batch%201/a_1.ome.tiff"
    assert [(one.name, one.address) for one in assets[record.id]] == [("a_1.ome.tiff", address)]


def test_a_file_list_as_json_without_a_licence_stays_hidden(tmp_path):
    attributes = [
        {"name": "Organism", "value": "Danio rerio"},
        {"name": "Organism", "value": "E. coli"},
        {"value": 3},
        4,
    ]
    items = [{"path": "x.tif", "size": 12, "type": "file", "attributes": attributes}, {"path": "../y.tif"}, "z"]
    layout = BioImageArchive("S-BIAD0")
    documents = file_list_documents(write(tmp_path / "files.json", json.dumps(items)), layout)
    report, records, assets, _ = imported(tmp_path, layout, documents)
    assert (report.added, report.hidden) == (2, 2)
    assert [term.text for term in records["S-BIAD0-x.tif"].fields["organism"]] == ["Danio rerio", "E. coli"]
    assert sorted(map(len, assets.values())) == [0, 1]


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '[{"a": 1}]', "[" * 100_000])
def test_what_is_no_file_list_is_explained(tmp_path, text):
    with pytest.raises(Unreadable):
        file_list_documents(write(tmp_path / "files.json", text), BioImageArchive("S-BIAD0"))


ANNOTATION = (
    "Dataset Name,Image Name,Source Name,Characteristics [Organism],Term Source 1 REF,Term Source 1 Accession,"
    "Characteristics [Cell Line],Term Source 2 REF,Term Source 2 Accession,Protocol REF,Channels,Comment [Image File]\n"
    "run 1,cell 3.tif,s1,Homo sapiens,NCBITaxon,NCBITaxon_9606,HeLa,EFO,0001185,growth,DAPI;GFP,https://e.org/c3.tif\n"
    "run 1,cell 4.tif,s1,Homo sapiens,NCBITaxon,9606,,,,growth,DAPI,\n"
)


def test_an_annotation_table(tmp_path):
    table = write(tmp_path / "idr0000-experimentA-annotation.csv", ANNOTATION)
    layout = ImageDataResource(study_in(table), "CC BY 4.0")
    report, records, assets, originals = imported(tmp_path, layout, annotation_documents(table, layout))
    assert report.added == 2
    record = records["idr0000-run-1-cell-3.tif"]
    assert (record.title, record.group, record.licence) == ("run 1, cell 3.tif", "idr0000 run 1", "CC-BY-4.0")
    assert record.fields["organism"] == (Term("Homo sapiens", "NCBITaxon:9606"),)
    assert record.fields["cell_line"] == (Term("HeLa", "EFO:0001185"),)
    assert [term.text for term in record.fields["channel"]] == ["DAPI", "GFP"]
    assert set(record.fields) == {"organism", "cell_line", "channel"}
    assert records["idr0000-run-1-cell-4.tif"].fields["organism"] == (Term("Homo sapiens", "NCBITaxon:9606"),)
    assert [one.address for one in assets[record.id]] == ["https://e.org/c3.tif"]
    assert originals == list(csv.DictReader(ANNOTATION.splitlines()))


def test_a_screen_has_a_record_for_each_well_however_many_rows_it_has(tmp_path):
    table = write(
        tmp_path / "screen.csv",
        "Plate,Well,Characteristics [Organism],Term Source 1 REF,Term Source 1 Accession,Compound Name,Channels\n"
        "p1,A1,Mus musculus,NCBI Taxon,10090,x,DAPI;GFP\np1,A2,Mus musculus,NCBI Taxon,NCBI_10090,x,DAPI\n"
        "p1,A1,Mus musculus,NCBI Taxon,10090,y,DAPI;GFP\n",
    )
    layout = ImageDataResource("idr0000")
    report, records, _, _ = imported(tmp_path, layout, annotation_documents(table, layout))
    assert sorted(records) == ["idr0000-p1-A1", "idr0000-p1-A2"]
    assert (report.repeated, report.hidden) == (0, 2)
    assert records["idr0000-p1-A1"].fields == {
        "organism": (Term("Mus musculus", "NCBITaxon:10090"),),
        "compound": (Term("x"), Term("y")),
        "channel": (Term("DAPI"), Term("GFP")),
    }
    assert records["idr0000-p1-A2"].fields["organism"] == (Term("Mus musculus", "NCBITaxon:10090"),)


def test_phenotypes_and_what_is_counted_are_one_field_each(tmp_path):
    table = write(
        tmp_path / "idr0000-experimentB-annotation.csv",
        "Dataset Name,Image Name, Organism,Characteristics [Organism 2],Characteristics [Organism Part],"
        "Characteristics [Organism Part] Accession,Comment [Gene Symbol] 1,Comment [Gene Symbol] 2,RefSeq Accession,"
        "Gene Identifier %% url=http://e.org/%s,Phenotype 1,Phenotype 1 Term Name,"
        "Phenotype 1 Term Accession %% url=http://e.org/%s,"
        "Phenotype 2,Phenotype 2 Term Name,Phenotype 2 Term Accession\n"
        "d,slide 1.ndpi [Series 1],Mus musculus,Plasmodium,eye,UBERON_0000970,Abc1,Abc2,NM_1,ENSG1,"
        "odd nuclei,round nuclei phenotype,CMPO_0000001,small cell,small cell,CMPO_0000002\n"
        "d,slide 1.ndpi [Series 2],Mus musculus,,eye,,,,,,,,,small cell,small cell,CMPO_0000002\n",
    )
    layout = ImageDataResource(study_in(table), "CC BY 4.0")
    _, records, _, _ = imported(tmp_path, layout, annotation_documents(table, layout))
    assert records["idr0000-d-slide-1.ndpi-Series-1"].fields == {
        "organism": (Term("Mus musculus"), Term("Plasmodium")),
        "anatomy": (Term("eye", "UBERON:0000970"),),
        "gene_symbol": (Term("Abc1"), Term("Abc2")),
        "refseq_accession": (Term("NM_1"),),
        "gene_identifier": (Term("ENSG1"),),
        "phenotype": (
            Term("odd nuclei"),
            Term("round nuclei phenotype", "CMPO:0000001"),
            Term("small cell", "CMPO:0000002"),
        ),
    }
    assert records["idr0000-d-slide-1.ndpi-Series-2"].fields["phenotype"] == (Term("small cell", "CMPO:0000002"),)


def test_what_follows_a_header_is_no_part_of_the_field_on_however_many_lines_it_stands(tmp_path):
    header = '"Gene Symbol %% see\nhttp://e.org (row 2)",Phenotype (column 3) (row 2)'
    table = write(tmp_path / "idr0000-experimentA-annotation.csv", f"Image Name,{header}\na.tif,Abc1,odd\n")
    layout = ImageDataResource(study_in(table), "CC BY 4.0")
    _, records, _, _ = imported(tmp_path, layout, annotation_documents(table, layout))
    assert records["idr0000-a.tif"].fields == {"gene_symbol": (Term("Abc1"),), "phenotype": (Term("odd"),)}


def test_what_is_no_annotation_table_is_explained(tmp_path):
    for content, said in ((b"Project:name:x\t/data/a.zarr\n", "names no images"), (b"PK\x03\x04...", "is a workbook")):
        (tmp_path / "table").write_bytes(content)
        with pytest.raises(Unreadable, match=said):
            annotation_documents(tmp_path / "table", ImageDataResource("idr0000"))


def test_images_whose_names_come_to_the_same_id_all_come_in(tmp_path):
    names = ["a/b+c.tif", "a/b c.tif", "a-b-c.tif", "ö.tif", "o.tif"]
    listed = write(tmp_path / "files.tsv", "Files\n" + "\n".join(names) + "\n")
    layout = BioImageArchive("S-BIAD0", "CC0")
    report, _, assets, _ = imported(tmp_path, layout, file_list_documents(listed, layout))
    assert (report.added, report.repeated) == (5, 0)
    # An id that was one as it stood is nobody else's.
    assert assets["S-BIAD0-a-b-c.tif"][0].address.endswith("/a-b-c.tif")
    assert sorted(one.address.rpartition("S-BIAD0/")[2] for (one,) in assets.values()) == sorted(
        ["a/b+c.tif", "a/b%20c.tif", "a-b-c.tif", "%C3%B6.tif", "o.tif"]
    )


def test_what_a_table_says_of_the_pixels_waits_for_the_file(tmp_path):
    table = write(tmp_path / "table.csv", "Number,Pixel,Order\na,0.25,TYX\nb,,\n")
    mapping = write(tmp_path / "m.toml", '[columns]\nNumber = "id"\nPixel = "pixel_size_um"\nOrder = "axes"\n')
    layout = read_mapping(mapping)
    _, records, *_ = imported(tmp_path, layout, table_documents(table, layout))
    assert (records["a"].given, records["b"].given) == (Given(pixel_size_um=0.25, axes="TYX"), Given())
    with Store.open(tmp_path / "library") as store:
        store.put([replace(records["a"], given=Given(pixel_size_um=0.5))], who="Grace")
        report = import_records(TableImporter(layout), table_documents(table, layout), tmp_path / "library")
        assert (report.kept, store.get("a").given.pixel_size_um) == (1, 0.5)


HEADERS = (
    "Files|path|Size|Organism|Description|licence|title|id|group|Image Name|Plate|Well|Dataset Name|Channels|"
    "Phenotype 1|Phenotype 1 Term Name|Phenotype 1 Term Accession|Characteristics [Organism]|Term Source 1 REF|year|q|"
    "Comment [x] 2|Term Source 1 Accession|Characteristics []|RefSeq Accession|Accession|%% url=x| (row 2)|image type"
).split("|")
CELLS = (
    st.sampled_from(["", ";", "\\\\;", "1e999", "NCBITaxon_9606", "http://", "https://e.org/a.tif", "../x", "=1"])
    | st.text()
)
LAYOUTS = [
    BioImageArchive("S-BIAD0", "CC0"),
    ImageDataResource("idr0000"),
    TableMapping(
        {header: header.casefold() for header in ("id", "title", "year", "added", "axes", "group", "licence")}
    ),
]


@settings(max_examples=100)
@given(
    st.sampled_from(LAYOUTS),
    st.lists(st.dictionaries(st.sampled_from(HEADERS) | st.text(), CELLS, max_size=9), max_size=4),
)
def test_no_row_stops_an_import(layout, rows):
    importer = TableImporter(layout)
    documents = [
        Document(f"line {line}", json.dumps({"cells": cells}, ensure_ascii=False).encode("utf-8", "replace"))
        for line, cells in enumerate(rows)
    ]
    for document in documents:
        importer.survey(document)
    drafts = [importer.draft(document) for document in documents]
    assert [importer.draft(document) for document in documents] == drafts
    for draft in drafts:
        assert draft.record.id and draft.record.title
        assert all(term.text for terms in draft.record.fields.values() for term in terms)
