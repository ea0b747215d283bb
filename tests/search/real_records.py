"""The real records beside the project, as few lines as they need to be searched; the importer does it properly."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from micrographia.collection.records import Record, Term

FIELDS = {
    "NCBIORGANISMALCLASSIFICATION": "organism",
    "CELLTYPE": "cell_type",
    "CELLLINE": "cell_line",
    "CELLULARCOMPONENT": "cellular_component",
    "BIOLOGICALPROCESS": "biological_process",
    "MOLECULARFUNCTION": "molecular_function",
    "IMAGINGMODE": "imaging_mode",
    "PREPARATION": "preparation",
    "VISUALIZATIONMETHODS": "visualization",
    "SOURCEOFCONTRAST": "source_of_contrast",
}


def real_records(real_data: Path) -> Iterator[Record]:
    """Every record with a title, its description and its terms."""
    with gzip.open(real_data / "cil" / "records.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _record(json.loads(line))


def _record(source: dict[str, Any]) -> Record:
    core = source["CIL_CCDB"]["CIL"]["CORE"]
    description = str(core.get("IMAGEDESCRIPTION", {}).get("free_text", ""))
    fields = {name: _terms(core[given]) for given, name in FIELDS.items() if given in core}
    title = description.split(". ")[0][:120]
    return Record(f"CIL:{source['id']}", title, description, fields)


def _terms(given: Any) -> tuple[Term, ...]:
    items = given if isinstance(given, list) else [given]
    texts = (str(item.get("onto_name") or item.get("free_text") or "") for item in items)
    return tuple(Term(text) for text in dict.fromkeys(texts) if text.strip())
