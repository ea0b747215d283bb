"""Documents written by hand, in the shapes that The Cell: An Image Library has them in."""

from __future__ import annotations

import copy
import json
from typing import Any

PLAIN: dict[str, Any] = {
    "id": "71",
    "CIL_CCDB": {
        "Status": {"Deleted": False, "Is_public": True},
        "CIL": {
            "Image_files": [
                {"Mime_type": "image/jpeg; charset=utf-8", "File_type": "Jpeg", "File_path": "71.jpg", "Size": 2974},
                {"Mime_type": "application/zip", "File_type": "Zip", "File_path": "71.zip", "Size": 0},
                {"Mime_type": "image/tif", "File_type": "OME_tif", "File_path": "71.tif", "Size": 4100000},
            ],
            "CORE": {
                "NCBIORGANISMALCLASSIFICATION": {"onto_id": "NCBITaxon:5888", "onto_name": "Paramecium tetraurelia"},
                "CELLTYPE": {"onto_id": "CL:0000000", "onto_name": "cell"},
                "CELLULARCOMPONENT": [
                    {"onto_id": "GO:0005929", "onto_name": "cilium"},
                    {"free_text": "contractile vacuole pore"},
                ],
                "IMAGINGMODE": [{"onto_id": "FBbi:00000251", "onto_name": "confocal microscopy"}],
                "DIMENSION": [
                    {"Space": {"axis": "X", "Image_size": 640, "Pixel_size": {"unit": "nanometers", "value": 260}}},
                    {"Space": {"axis": "Y", "Image_size": 480, "Pixel_size": {"unit": "nanometers", "value": 260}}},
                ],
                "IMAGEDESCRIPTION": {"free_text": "Cilia beat along the groove. They were dyed.\n\nScope: a new one"},
                "TECHNICALDETAILS": {"free_text": "Slow scan."},
                "DATAQUALIFICATION": {"free_text": "RAW;spatialmeasurements"},
                "ATTRIBUTION": {"Contributors": ["Ada Lovelace"]},
                "TERMSANDCONDITIONS": {"free_text": "attribution_cc_by"},
                "GROUP_ID": "17",
            },
        },
        "Data_type": {"Time_series": False, "Still_image": True, "Z_stack": False, "Video": False},
        "Citation": {
            "DOI": "doi:10.7295/W9CIL71",
            "ARK": "ark:/b7295/w9cil71",
            "Title": "Ada Lovelace (2011) CIL:71, Paramecium tetraurelia, cell. CIL. Dataset",
        },
    },
}


def document(number: int = 71, body: dict[str, Any] | None = None, **core: Any) -> dict[str, Any]:
    """The plain document under another number, with other parts; ``None`` takes a part of CORE out."""
    made = json.loads(json.dumps(PLAIN).replace("71", str(number)))
    inner = made["CIL_CCDB"]
    inner |= copy.deepcopy(body or {})
    inner["CIL"]["CORE"] = {k: v for k, v in (inner["CIL"]["CORE"] | core).items() if v is not None}
    return made


def lines(*documents: Any) -> bytes:
    """Documents as JSON lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in documents)
