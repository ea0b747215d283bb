"""One document of The Cell: An Image Library as a record, rule by rule, and whatever else may stand in a document."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Record, Term
from micrographia.importing import CellImageLibrary, assets_of
from micrographia.importing.cil.mapping import draft_of
from micrographia.importing.documents import Document, Notes
from tests.importing.documents_made import PLAIN, document, lines


def drafted(found, named=""):
    """The draft of a document, of which every group has several members."""
    return draft_of(found, named, lambda number: True, Notes())


def record_of(number=71, **core) -> Record:
    record = drafted(document(number, **core)).record
    assert record is not None
    return record


def texts(record, name):
    return [term.text for term in record.fields.get(name, ())]


def kinds(draft):
    return {noted.kind for noted in draft.noted}


def test_the_plain_document_says_what_it_says():
    draft = drafted(PLAIN)
    record = draft.record
    assert not draft.noted
    assert (record.id, record.title, record.year, record.licence) == (
        *("CIL:71", "Cilia beat along the groove", 2011, "CC-BY-3.0"),
    )
    assert record.description == (
        "Cilia beat along the groove. They were dyed.\n\nScope: a new one\n\n<b>Technical details</b>\n\nSlow scan."
    )
    assert (record.contributors, record.group, record.visibility) == (("Ada Lovelace",), "cil-group:17", "public")
    assert record.source == "https://doi.org/10.7295/W9CIL71"
    assert {name: [(t.text, t.id) for t in terms] for name, terms in record.fields.items()} == {
        "organism": [("Paramecium tetraurelia", "NCBITaxon:5888")],
        "cell_type": [("cell", "CL:0000000")],
        "cellular_component": [("cilium", "GO:0005929"), ("contractile vacuole pore", None)],
        "imaging_mode": [("confocal microscopy", "FBbi:00000251")],
        "image_size": [("640", None)],
        "width_px": [("640", None)],
        "height_px": [("480", None)],
        "pixel_size_um": [("0.26", None)],
        "image_type": [("still", None)],
        "data_qualification": [("raw", None)],
        "quantifiable_for": [("spatial measurements", None)],
        "quantifiable": [("yes", None)],
        "doi": [("10.7295/W9CIL71", None)],
        "ark": [("ark:/b7295/w9cil71", None)],
    }


@pytest.mark.parametrize(
    ("item", "terms", "kind"),
    [
        ({"onto_id": "GO:0000278"}, [Term("GO:0000278", "GO:0000278")], "id without a name"),
        (
            {"onto_id": " Fbbi:00000316 ", "onto_name": "glow"},
            [Term("glow", "FBbi:00000316")],
            "prefix of an ontology id",
        ),
        ({"onto_id": "Bbi:00000316", "onto_name": "glow"}, [Term("glow", "FBbi:00000316")], "prefix of an ontology id"),
        ({"onto_id": "GO:00030173", "onto_name": "rim"}, [Term("rim")], "malformed ontology id"),
        ({"onto_id": "Catalogue No: 12"}, [Term("Catalogue No: 12")], "no ontology id"),
        ({"onto_id": "XYZ:12", "onto_name": "x"}, [Term("x", "XYZ:12")], "unknown ontology"),
        ({"onto_id": "MCC:0000001", "onto_name": 293}, [Term("293", "MCC:0000001")], "number as text"),
        ({"free_text": 7}, [Term("7")], "number as text"),
        ({"free_text": "CL:0000057"}, [Term("CL:0000057", "CL:0000057")], "id as free text"),
        ([{"free_text": "a"}, {"free_text": "a"}, {"free_text": "b"}], [Term("a"), Term("b")], "term twice"),
        ({"free_text": "write to ann@example.org"}, [Term("write to [e-mail address withheld]")], "e-mail address"),
        ("bare", [Term("bare")], "bare text"),
        ([["x"]], [], "not a term"),
        ({"free_text": {"deep": 1}}, [], "not a text"),
    ],
)
def test_terms(item, terms, kind):
    draft = drafted(document(BIOLOGICALPROCESS=item))
    assert list(draft.record.fields.get("biological_process", ())) == terms
    assert kind in kinds(draft)


def test_anatomy_and_disease_gather_their_fields_and_what_older_ones_add():
    draft = drafted(
        document(
            ZEBRAFISH_ANATOMY=[{"onto_id": "ZFA:0000001", "onto_name": "fin"}, {"free_text": "tail"}],
            PLANT_GROWTH=[{"free_text": "phloem"}],
            SPECIESTAXASPECIFIC=[
                *({"onto_id": value} for value in ("ZFA:ZFA:0000001", "PO:phloem", ":512", ":null", ":gut bulb")),
                {"free_text": ": gut bulb"},
                {"onto_id": ":http://example.org/x"},
            ],
            HUMAN_DISEASE=[{"onto_id": "DOID:1", "onto_name": "ague"}],
            PATHOLOGICALPROCESS={"onto_id": "IDO:IDO:0000012"},
        )
    )
    record = draft.record
    assert texts(record, "anatomy") == ["phloem", "fin", "tail", "gut bulb"]
    assert texts(record, "disease") == ["ague", "IDO:0000012"]
    assert texts(record, "link") == ["http://example.org/x"]
    assert {"older field", "value of another column"} <= kinds(draft)


def space(axis, size=None, value=None, unit="microns"):
    item = {"axis": axis} | ({"Image_size": size} if size is not None else {})
    return {"Space": item | ({"Pixel_size": {"unit": unit, "value": value}} if value is not None else {})}


def time(value=None, frame=None, unit="seconds"):
    return {
        "Time": {"unit": unit} | ({"value": value} if value is not None else {}) | ({"frame": frame} if frame else {})
    }


@pytest.mark.parametrize(
    ("items", "fields", "kind"),
    [
        ([space("X", 4), space("X", 3)], {"width_px": "4", "height_px": "3"}, "second X is Y"),
        ([space("Y", 4), space("Y", 3)], {"width_px": "4", "height_px": "3"}, "first Y is X"),
        ([space("X", "40"), space("Y", " 30 "), {}], {"image_size": "40"}, "number written as text"),
        ([space("X", 4)], {"image_size_as_given": "X 4", "image_size": None}, "size in one axis"),
        ([space("X", -4), space("Y", 3)], {"image_size": None, "width_px": None}, "size that cannot be"),
        ([space("X", 4, 260, "nanometers"), space("Y", 3, 260, "nanometers")], {"pixel_size_um": "0.26"}, ""),
        ([space("X", 4, 21.17), space("Y", 3, 21.17)], {"pixel_size_um": None}, "scan pitch or field of view"),
        (
            [space("X", 4, 104, "nanometers"), space("Y", 3, 104)],
            {"pixel_size_um": None},
            "scan pitch or field of view",
        ),
        ([space("X", 4, 0.1, "nanometers"), space("Y", 3, 0.1)], {"pixel_size_um": None}, "pixel sizes in two units"),
        ([space("X", 4, 0.05), space("Y", 3, 0.504)], {"pixel_size_um": None}, "pixel sizes differ"),
        ([space("X", 4, 0.1, "seconds"), space("Y", 3, 0.1)], {"pixel_size_um": None}, "pixel size that cannot be"),
        ([space("X", 4, 0.00001), space("Y", 3, 0.00001)], {"pixel_size_um": None}, "pixel size that cannot be"),
        ([space("X", 4, 0.1), space("Y", 3)], {"pixel_size_um": "0.1"}, "pixel size in one axis"),
        ([space("Z", 30, 0.5)], {"slices": "30", "z_step_um": "0.5"}, ""),
        (
            [space("X", "9"), space("Y", "700"), space("Z", "700")],
            {"slices": None, "slices_as_given": "700"},
            "Z is Y again",
        ),
        ([time(300, "61", "microns")], {"frame_interval_s": "300", "frames": "61"}, "time in microns"),
        (
            [time(300, "61", "microns"), time(0.5, "21", "microns")],
            {"frame_interval_s": "300", "frames": "61", "slices": "21", "z_step_um": "0.5"},
            "second time is Z",
        ),
        ([time(1), time(2)], {"frame_interval_s": "1", "frame_interval_s_as_given": "2 seconds"}, "several times"),
        ([time(2, "10 hr")], {"frames": None, "frames_as_given": "10 hr"}, "frames as text"),
        ([time(float("nan"))], {"frame_interval_s": None}, "time that cannot be"),
        (
            [{"Wavelength": {"unit": "microns", "value": "488, 561"}}],
            {"wavelength_nm": "488 561"},
            "wavelength in microns",
        ),
        ([{"Wavelength": {"unit": "nanometers", "value": "DAPI/FITC"}}], {"wavelength_nm": None}, "wavelength as text"),
        ([3, "x", {"Space": 4}, {"Space": {"axis": "Q"}}], {"image_size": None}, "not a dimension"),
    ],
)
def test_dimensions_are_used_when_they_can_be_trusted(items, fields, kind):
    draft = drafted(document(DIMENSION=items))
    for name, said in fields.items():
        assert (" ".join(texts(draft.record, name)) or None) == said, name
    assert kind in kinds(draft) or not kind
    assert bool(texts(draft.record, "pixel_size_um_as_given")) == (fields.get("pixel_size_um", "") is None)


@pytest.mark.parametrize(
    ("written", "names", "affiliation"),
    [
        ("Hooke, Robert", ["Robert Hooke"], []),
        ("Robert  Hooke (Gresham College) (optics)", ["Robert Hooke"], ["Gresham College", "optics"]),
        ("Ada Lovelace; Robert Hooke & Antoni L", ["Ada Lovelace", "Robert Hooke", "Antoni L"], []),
        (",/ada lovelace,", ["ada lovelace"], []),
        ("Ada Lovelace01", ["Ada Lovelace"], []),
        ("Ada Lovelace, University of London, London", ["Ada Lovelace"], ["University of London, London"]),
        ("Ada Lovelace, Jr.", ["Ada Lovelace, Jr."], []),
        ("Ada Lovelace, Robert Hooke", ["Ada Lovelace, Robert Hooke"], []),
        ("Guill&#233;n Ada", ["Guillén Ada"], []),
        ("ada@example.org", [], []),
    ],
)
def test_contributors(written, names, affiliation):
    record = record_of(ATTRIBUTION={"Contributors": [written]})
    assert list(record.contributors) == names
    assert texts(record, "affiliation") == [f"{names[0]}: {one}" for one in affiliation]


def test_attribution_becomes_fields():
    record = record_of(
        ATTRIBUTION={
            "PUBMED": ["PMID: 12345678", "1234"],
            "PUBLISHED": ["J Small 1, 2. doi:10.1000/abc.7", "ISBN 0-306-40615-2", "mail@example.org"],
            "DATE": ["06/17/1977", "06/2011", "07/00/1977", "00/26/2011", "02/03/1696", "01/02/2999", "soon"],
            "URLs": [
                {"Href": " http://example.org/a ", "Label": "A"},
                {"Href": "htto://example.org/b"},
                {"Href": "www.example.org"},
                {"Href": "An Atlas"},
            ],
            "OTHER": ["project_99", "Gresham College", "Contact: mail@example.org"],
        }
    )
    assert {name: [(t.text, t.id) for t in record.fields[name]] for name in ("publication", "link")} == {
        "publication": [("J Small 1, 2. doi:10.1000/abc.7", "doi:10.1000/abc.7"), ("ISBN 0-306-40615-2", None)],
        "link": [
            ("A", "http://example.org/a"),
            ("http://example.org/b", "http://example.org/b"),
            ("http://www.example.org", "http://www.example.org"),
            ("An Atlas", None),
        ],
    }
    assert {
        name: texts(record, name) for name in ("pubmed", "pubmed_as_given", "isbn", "project", "acknowledgement")
    } == {
        "pubmed": ["12345678"],
        "pubmed_as_given": ["1234"],
        "isbn": ["0306406152"],
        "project": ["project_99"],
        "acknowledgement": ["Gresham College"],
    }
    assert texts(record, "date_captured") == ["1977-06-17", "2011-06", "1977-07", "2011"]
    assert texts(record, "date_captured_as_given") == ["02/03/1696", "01/02/2999", "soon"]


@pytest.mark.parametrize(
    ("written", "shown", "kind"),
    [
        ("Oâ\x80\x99Day sees", "O’Day sees", "wrong encoding"),
        ("25 &micro;m at &lt; 4 &deg;C", "25 µm at &lt; 4 °C", "HTML entities"),
        ("Su\u0308ss", "Süss", "letters and accents apart"),
        ("a\x00b\x07", "ab", "control characters"),
        ("820Ð826", "820Ð826", "suspect encoding"),
        (
            'See <img src="http://e.org/x.png" onerror=x>',
            'See <a href="http://e.org/x.png">[picture]</a>',
            "picture in a text",
        ),
        ("p < 0.05 <b>", "p < 0.05 <b>", ""),
        ("mail a.b@c.example.org now", "mail [e-mail address withheld] now", "e-mail address"),
        ("test12345", "test12345", "looks like a test"),
    ],
)
def test_texts_are_mended_where_that_is_certain(written, shown, kind):
    draft = drafted(document(IMAGEDESCRIPTION={"free_text": f" {written}"}, TECHNICALDETAILS=None))
    assert draft.record.description == shown
    assert kind in kinds(draft) or not kind


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("S. cerevisiae buds, e.g. at night. Then not.", "S. cerevisiae buds, e.g. at night"),
        ("Fig. 3 A cell.\nMore", "Fig. 3 A cell"),
        ("<b>A</b> cell<br />Scope", "A cell"),
        ("<table><tr><td>Name</td><td>x</td></tr></table>", "Name"),
        ("word " * 60, "Paramecium tetraurelia, cell, cilium"),
        ("...", "Paramecium tetraurelia, cell, cilium"),
    ],
)
def test_a_title_is_the_first_sentence_or_what_is_shown(text, title):
    assert record_of(IMAGEDESCRIPTION={"free_text": text}).title == title


def test_a_title_without_anything_is_the_id():
    bare = document(IMAGEDESCRIPTION=None, NCBIORGANISMALCLASSIFICATION=None, CELLTYPE=None, CELLULARCOMPONENT=None)
    assert drafted(bare).record.title == "CIL:71"


@pytest.mark.parametrize(
    ("flags", "kind"),
    [
        ({"Still_image": True}, ["still"]),
        ({"Z_stack": True}, ["z-stack"]),
        ({"Time_series": True}, ["time series"]),
        ({"Time_series": True, "Z_stack": True}, ["z-stack time series"]),
        ({"Video": True}, ["video"]),
        ({"Video": "yes"}, []),
        ({}, []),
    ],
)
def test_the_kind_of_image(flags, kind):
    assert texts(drafted(document(body={"Data_type": flags})).record, "image_type") == kind


@pytest.mark.parametrize(
    ("code", "licence"),
    [
        ("public_domain", "CC-PDDC"),
        ("attribution_nc_sa", "CC-BY-NC-SA-3.0"),
        ("copyright", "LicenseRef-CIL-copyright"),
        ("ask nicely", "LicenseRef-ask-nicely"),
    ],
)
def test_licences(code, licence):
    record = record_of(TERMSANDCONDITIONS={"free_text": code})
    assert (record.licence, record.visibility) == (licence, "hidden" if code == "ask nicely" else "public")


def test_compounds_are_once_each_in_whatever_capitals():
    record = record_of(CHEMICAL_COMPOUNDS=["BRD-1", "Taxol", "taxol", " BRD-2 "])
    assert texts(record, "compound") == ["BRD-1", "Taxol", "BRD-2"]


@pytest.mark.parametrize("given", ["../../etc/passwd", "CIL:1/..", "", None, [], "²", "-3", 1.5, "9" * 40])
def test_ids_that_cannot_be_are_taken_from_the_citation_or_the_document_is_passed_over(given):
    cited = document(71) | {"id": given}
    assert drafted(cited).record.id == "CIL:71"
    alone = document(71, body={"Citation": {}}) | {"id": given}
    draft = drafted(alone)
    assert draft.record is None
    assert "no id" in kinds(draft)


def test_identifiers_that_disagree_hide_the_record():
    draft = drafted(document(71) | {"id": "72"})
    assert (draft.record.id, draft.record.visibility) == ("CIL:72", "hidden")
    assert "identifiers disagree" in kinds(draft)


@pytest.mark.parametrize(
    ("contributors", "title", "differs"),
    [
        (["Su\u0308ss, Ann", "Cy C"], "S\u00fcss, Ann,  Cy C (2011) CIL:71, Volvox, a kind, b, c. CIL. Dataset", False),
        (["Cy C"], "Cy C (2011) CIL:71, c. CIL. Dataset", False),
        ([], "CIL (2011) CIL:71. CIL. Dataset", False),
        (["Cy C"], "Ben B (2011) CIL:71. CIL. Dataset", True),
        (["Cy C"], "Cy C (2011) CIL:71, Pandorina. CIL. Dataset", True),
        (["Cy C"], "Cy C (2011) CIL:72. CIL. Dataset", True),
    ],
)
def test_a_citation_is_kept_when_it_says_something_else(contributors, title, differs):
    cited = {"Citation": document(71)["CIL_CCDB"]["Citation"] | {"Title": title}}
    terms = {"CELLTYPE": [{"free_text": "b"}, {"free_text": "c"}]}
    organism = {"onto_id": "NCBITaxon:3067", "onto_name": "Volvox, a kind"}
    people = {"Contributors": contributors}
    found = document(71, body=cited, NCBIORGANISMALCLASSIFICATION=organism, ATTRIBUTION=people, **terms)
    draft = drafted(found)
    assert draft.record.year == 2011
    assert texts(draft.record, "citation") == ([title] if differs else [])
    assert ("citation says otherwise" in kinds(draft)) == differs


def test_the_name_of_a_file_is_an_id():
    found = document(71)
    del found["id"]
    content = json.dumps(found).encode()
    draft = CellImageLibrary().draft(Document("dump/71.json", content, is_file=True))
    assert draft.record.id == "CIL:71"


def test_assets():
    found = document(71)
    found["CIL_CCDB"]["CIL"]["Image_files"] += [
        {"File_type": "Jpeg", "File_path": "71_orig.jpg", "Size": "12"},
        {"File_type": "Jpeg", "File_path": "../../x.jpg"},
        {"File_type": "Jpeg", "File_path": "https://evil.example/x.jpg"},
        {"File_path": 3},
        "x",
    ]
    found["CIL_CCDB"]["CIL"]["Alternative_image_files"] = [
        {
            "File_path": "Download It All",
            "URL_postfix": "/ftp/a b/all.tar.gz",
            "Size": "9653231831",
            "File_type": "Gzip",
        },
        {"URL_postfix": "//evil.example/x"},
        {"URL_postfix": "/../x"},
    ]
    assets = assets_of("cil", json.dumps(found).encode())
    host = "https://cildata.crbs.ucsd.edu/"
    assert [(a.role, a.name, a.address.removeprefix(host), a.media_type, a.size) for a in assets] == [
        ("display", "71.jpg", "media/images/71/71.jpg", "image/jpeg", 2974),
        ("submitted", "71.zip", "media/images/71/71.zip", "application/zip", None),
        ("ome_tiff", "71.tif", "media/images/71/71.tif", "image/tiff", 4100000),
        ("original", "71_orig.jpg", "media/images/71/71_orig.jpg", "", 12),
        ("alternative", "3", "media/images/71/3", "", None),
        ("alternative", "all.tar.gz", "ftp/a%20b/all.tar.gz", "", 9653231831),
        ("alternative", "x", "evil.example/x", "", None),
    ]
    assert assets[5].label == "Download It All"
    video = document(71, body={"Data_type": {"Video": True}})
    assert assets_of("cil", json.dumps(video).encode())[0].address == f"{host}media/videos/71/71.jpg"
    assert assets_of("unheard of", b"{}") == assets_of("cil", b"[") == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from(["a@b.example.org", "GO:1", "01/00/1990", "X", "5", "<img src=x>", "::", "\ud800", 10**400]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["onto_id", "onto_name", "free_text", "Space", "Time", "value", "unit", "Href", "File_path", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def paths(value, path=()):
    """The place of every value within a document."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*path, key))


FULL = document(
    DATAQUALIFICATION=[{"free_text": "RAW"}],
    CHEMICAL_COMPOUNDS=["a"],
    PATHOLOGICALPROCESS=[{"onto_id": "DOID:x"}],
    ATTRIBUTION={
        "Contributors": ["A B"],
        "DATE": ["06/2011"],
        "OTHER": ["x"],
        "PUBLISHED": ["y"],
        "PUBMED": ["12345"],
        "URLs": [{"Href": "http://example.org", "Label": "z"}],
    },
    DIMENSION=[
        space("X", 3, 0.1),
        space("Z", 3, 0.1),
        time(3, "4"),
        {"Wavelength": {"unit": "nanometers", "value": "5"}},
    ],
)
PLACES = sorted(paths(FULL), key=str)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=1, max_size=4))
def test_no_value_anywhere_stops_an_import(changes):
    found = json.loads(json.dumps(FULL))
    for path, value in changes:
        found = replaced(found, path, value)
    draft = drafted(found)
    shown = repr(asdict(draft.record) if draft.record else "") + repr(draft.noted)
    assert not re.search(r"\w@\w+\.example", shown)
    for noted in draft.noted:
        assert noted.finding.message
    if draft.record is not None:
        assert re.fullmatch(r"CIL:[1-9]\d{0,11}", draft.record.id)
        assert all(term.text for terms in draft.record.fields.values() for term in terms)
        for name in ("pixel_size_um", "frame_interval_s", "slices", "image_size"):
            assert all(math.isfinite(float(text)) for text in texts(draft.record, name))
    content = json.dumps(found).encode()
    importer = CellImageLibrary()
    importer.survey(Document("x", content))
    assert (importer.draft(Document("x", content)).record is None) == (draft.record is None)
    importer.assets(content)


def replaced(value, path, new):
    """The value with something else at a path, as far as it leads."""
    if not path:
        return new
    if isinstance(value, dict) and path[0] in value:
        return value | {path[0]: replaced(value[path[0]], path[1:], new)}
    if isinstance(value, list) and isinstance(path[0], int) and path[0] < len(value):
        return [replaced(one, path[1:], new) if i == path[0] else one for i, one in enumerate(value)]
    return value


@given(st.binary(max_size=200))
def test_no_bytes_stop_an_import(content):
    importer = CellImageLibrary()
    importer.survey(Document("x", content))
    assert importer.draft(Document("x", content)).record is None
    assert importer.assets(content) == ()


def test_what_is_nested_without_end_or_too_large_is_told_of():
    importer = CellImageLibrary()
    deep = b'{"id":"1","CIL_CCDB":' + b"[" * 200_000
    assert kinds(importer.draft(Document("x", deep))) == {"not JSON"}
    long = importer.draft(Document("x", lines(document(IMAGEDESCRIPTION={"free_text": "word " * 2_000_000}))))
    assert "very long text" in kinds(long)
    assert len(long.record.description) < 210_000
    huge = lines(document()).replace(b'"Image_size": 640', b'"Image_size": ' + b"9" * 9000)
    assert importer.draft(Document("x", huge)).record is not None
