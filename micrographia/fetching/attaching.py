"""Attaching a file to its record: the record gets the file and its facts, and keeps all that anybody says of it."""

from __future__ import annotations

from dataclasses import replace

from micrographia.collection.findings import Finding
from micrographia.collection.records import Record, SourceFile
from micrographia.collection.store import Store
from micrographia.fetching.scales import stated
from micrographia.importing.merging import brought
from micrographia.indexing.calibration import calibrated
from micrographia.indexing.measuring import Measured


def attach(store: Store, new: Record, file: SourceFile, measured: Measured, who: str) -> str:
    """Give a record its file and what was measured of it; why its pixels cannot be shown, empty when they can.

    Parameters
    ----------
    store
        Where the record is, or is going to be.
    new
        The record that is kept when there is none of its id.
    file
        Where the file lies.
    measured
        What was read of the file.
    who
        The name that stands in the history.
    """
    facts = measured.facts
    more: tuple[Finding, ...] = ()
    with store.together():
        # As it is now: a curator may have been at it while the file was on its way.
        held = next(iter(store.records([new.id], public=False)), None)
        if held is None and new.added:
            return "It was taken out of the library while its file was on its way."
        record = held or new
        if facts is not None:
            given, doubts = stated(record, facts)
            facts, more = calibrated(facts, given, whence="the source")
            more = (*doubts, *more)
            file = replace(file, content_hash=facts.content_hash)
        elif record.facts is not None:
            # A file that can be read is not given up for one that cannot.
            return _why(measured)
        findings = (*_of_record(store, record), *measured.findings, *more)
        store.put([replace(record, file=file, facts=facts, findings=tuple(dict.fromkeys(findings)))], who=who)
    return "" if facts is not None else _why(measured)


def _of_record(store: Store, record: Record) -> tuple[Finding, ...]:
    """The findings of a record that are not about the file it had."""
    if record.file is None:
        return record.findings
    _, written = store.written([record.id]).get(record.id, ("", {}))
    return brought(record.findings, written)


def _why(measured: Measured) -> str:
    errors = [f"{one.message} {one.remedy}".strip() for one in measured.findings if one.severity == "error"]
    return f"The file was fetched and cannot be read. {' '.join(errors)}".strip()
