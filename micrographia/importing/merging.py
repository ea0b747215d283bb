"""Merging: what an import says of a record, what it said last, and what stands in the library; a curator wins.

A part of a record (its title, one of its fields) that differs from what the import wrote last was changed by
somebody, and stays. Any other part is what the source says now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from types import MappingProxyType
from typing import Any

from micrographia.collection.findings import Finding
from micrographia.collection.records import Given, Record, Term
from micrographia.collection.rows import normalised

_PARTS = (
    *("title", "description", "contributors", "licence", "attribution"),
    *("source", "year", "group", "visibility", "given"),
)
_CALLED = {"given": "calibration"}
_FIELD = "field "
_FINDING = "finding "

_written = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Merged:
    """A record to be kept, the digests of what the import wrote of it, and the parts that somebody had changed."""

    record: Record
    written: Mapping[str, str]
    kept: tuple[str, ...] = ()


def merged(drafted: Record, held: Record | None, last: Mapping[str, str]) -> Merged:
    """The record after an import.

    Parameters
    ----------
    drafted
        What the source says now.
    held
        The record in the library, if there is one.
    last
        The digests of what the import wrote last; none when it never wrote the record.
    """
    drafted = normalised(drafted)
    base = held or Record(drafted.id)
    new, old = _parts(drafted), _parts(base)
    values: dict[str, Any] = {}
    written: dict[str, str] = {}
    kept = []
    for name in dict.fromkeys([*old, *new]):
        ours, theirs = new.get(name, ()), old.get(name, ())
        # What the import never wrote is taken as written empty: anything that stands there is somebody's.
        empty, unwritten = _EMPTY.get(name, ()), _UNWRITTEN.get(name, _NOTHING)
        before, now = last.get(name) or unwritten, digest(ours)
        standing = unwritten if theirs == empty else now if theirs == ours else digest(theirs)
        if standing == before:
            values[name], written[name] = ours, now
            continue
        values[name], written[name] = theirs, before
        # Of what somebody added and the source never spoke of, there is nothing to tell.
        if theirs != ours and (ours or before != unwritten):
            kept.append(_CALLED.get(name, name.removeprefix(_FIELD)))
    written |= {_key(finding): "" for finding in drafted.findings}
    fields = {name.removeprefix(_FIELD): value for name, value in values.items() if value and name.startswith(_FIELD)}
    record = replace(
        base,
        **{name: values[name] for name in _PARTS},
        fields=MappingProxyType(fields),
        findings=_findings(drafted.findings, base.findings, last),
    )
    return Merged(record, written, tuple(kept))


def digest(value: Any) -> str:
    """A short text that is another one for every other value."""
    if isinstance(value, tuple):
        value = [[one.text, one.id] if isinstance(one, Term) else one for one in value]
    if isinstance(value, Given):
        value = astuple(value)
    return hashlib.sha256(_written(value).encode()).hexdigest()[:16]


def brought(findings: Iterable[Finding], last: Mapping[str, str]) -> tuple[Finding, ...]:
    """Those of a record's findings that the import wrote, by the digests of what it wrote last."""
    return tuple(finding for finding in findings if _key(finding) in last)


def _parts(record: Record) -> dict[str, Any]:
    fields = {f"{_FIELD}{name}": terms for name, terms in record.fields.items()}
    return {name: getattr(record, name) for name in _PARTS} | fields


def _key(finding: Finding) -> str:
    said = (finding.severity, finding.field, finding.message, finding.remedy)
    return f"{_FINDING}{digest(said)}"


def _findings(new: Iterable[Finding], old: Iterable[Finding], last: Mapping[str, str]) -> tuple[Finding, ...]:
    """The new findings without those that somebody saw to, and what others found."""
    there = tuple(old)
    taken = [one for one in new if one in there or _key(one) not in last]
    others = [one for one in there if one not in taken and _key(one) not in last]
    return (*taken, *others)


_EMPTY = _parts(Record(""))
_NOTHING = digest(())
_UNWRITTEN = {name: digest(value) for name, value in _EMPTY.items()}
