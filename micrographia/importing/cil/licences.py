"""Terms and conditions as licences, and what must not be shown before somebody has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from micrographia.collection.licences import normalise
from micrographia.collection.records import Visibility
from micrographia.importing.cil.shapes import at
from micrographia.importing.cil.terms import free_text
from micrographia.importing.documents import Notes
from micrographia.importing.texts import quoted

CODES: dict[str, str] = {
    "public_domain": "CC-PDDC",
    "attribution_cc_by": "CC-BY-3.0",
    "attribution_sa": "CC-BY-SA-3.0",
    "attribution_nc": "CC-BY-NC-3.0",
    "attribution_nd": "CC-BY-ND-3.0",
    "attribution_nc_sa": "CC-BY-NC-SA-3.0",
    "attribution_nc_nd": "CC-BY-NC-ND-3.0",
    "copyright": "LicenseRef-CIL-copyright",
}

# Not on the library's page of licences: their version is that of the others.
_INFERRED = frozenset({"attribution_sa", "attribution_nc", "attribution_nd", "attribution_nc_nd"})
_REVIEW = "Find out the licence, then make the record public."


def licence_of(core: Mapping[str, Any], notes: Notes) -> tuple[str | None, bool]:
    """The id of the licence, and whether it is one we know."""
    text = free_text(core.get("TERMSANDCONDITIONS"), "licence", notes)
    code = text.strip().casefold()
    if not code:
        notes.fault("no licence", "licence", "No licence is stated, so the record is not public.", _REVIEW)
        return None, False
    if code in CODES:
        if code in _INFERRED:
            notes.note("version of a licence", "licence", f"The licence {quoted(code)} has no version; 3.0 was taken.")
        return CODES[code], True
    licence_id, _ = normalise(text[:200])
    notes.fault(
        "unknown licence", "licence", f"The licence {quoted(text)} is not known, so the record is not public.", _REVIEW
    )
    return licence_id, False


def visibility_of(document: Mapping[str, Any], is_licensed: bool, notes: Notes) -> Visibility:
    """Public only with a known licence, when the source says so, and never when it says that the record is deleted.

    Parameters
    ----------
    document
        The record's part ``CIL_CCDB``.
    is_licensed
        Whether its licence is known.
    notes
        Told of why the record is hidden.
    """
    is_public, is_deleted = at(document, "Status", "Is_public") is True, at(document, "Status", "Deleted") is not False
    if not is_public:
        message = "The source does not say that the record is public, so it is not."
        notes.doubt("not public", "visibility", message, "Make it public if it should be.")
    elif is_deleted:
        message = "The source does not say that the record was not deleted, so it is not public."
        notes.doubt("deleted", "visibility", message, "Make it public if it should be.")
    return "public" if is_public and is_licensed and not is_deleted else "hidden"
