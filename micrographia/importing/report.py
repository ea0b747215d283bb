"""The report of an import: what came in, what a curator's change kept out, and everything that was noticed, by kind."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol, TextIO

from micrographia.importing.documents import Noted

_WORDS = {"error": "errors", "warning": "warnings", "note": "notes"}
_COLUMNS = ("record", "place", "kind", "severity", "field", "message", "remedy")
_SHOWN = 200


@dataclass
class Report:
    """What one import did, in numbers of records and documents.

    ``unusable`` counts documents that could not become a record, ``repeated`` those whose id had come before,
    ``kept`` records of which some part stays as somebody changed it. ``kinds`` counts findings by severity and kind.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    hidden: int = 0
    unusable: int = 0
    repeated: int = 0
    kept: int = 0
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: float = 0.0
    dry_run: bool = False

    @property
    def records(self) -> int:
        """How many records the source has in the library now."""
        return self.added + self.changed + self.unchanged

    def as_text(self) -> str:
        """The report as plain lines: the counts, then each kind of finding with how often it was met."""
        found = Counter[str]()
        for (severity, _), count in self.kinds.items():
            found[severity] += count
        order = list(_WORDS)
        kinds = sorted(self.kinds.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))
        lines = [self._summary(found)]
        lines += [f"  {count:>6} {severity:<8} {kind}" for (severity, kind), count in kinds[:_SHOWN]]
        return "\n".join(lines)

    def _summary(self, found: Counter[str]) -> str:
        counts = [f"{getattr(self, part)} {part}" for part in ("added", "changed", "unchanged") if getattr(self, part)]
        more = [f"{self.hidden} not public."] if self.hidden else []
        more += [f"{self.kept} keep a curator's changes."] if self.kept else []
        more += [f"{self.repeated} documents came twice."] if self.repeated else []
        more += [f"{self.unusable} documents could not be used."] if self.unusable else []
        noticed = ", ".join(f"{found[severity]} {word}" for severity, word in _WORDS.items() if found[severity])
        more += [f"{self.seconds:.1f} s."]
        more += [f"Noticed: {noticed}."] if noticed else []
        records = f"{self.records} {'record' if self.records == 1 else 'records'}"
        head = f"{records}: {', '.join(counts) or 'nothing to import'}."
        return " ".join([*(["Nothing was written:"] if self.dry_run else []), head, *more])


class Teller(Protocol):
    """One that is told of every finding as it is made."""

    def __call__(self, record: str, place: str, noted: Noted) -> None:
        """A finding about a record (empty when there is none) that stands at a place in the source."""


def as_lines(stream: TextIO) -> Teller:
    """Writes every finding as a line of JSON."""

    def tell(record: str, place: str, noted: Noted) -> None:
        stream.write(json.dumps(_row(record, place, noted), ensure_ascii=False) + "\n")

    return tell


def as_table(stream: TextIO) -> Teller:
    """Writes every finding as a row of CSV, after a header."""
    writer = csv.DictWriter(stream, _COLUMNS, lineterminator="\n")
    writer.writeheader()

    def tell(record: str, place: str, noted: Noted) -> None:
        writer.writerow(_row(record, place, noted))

    return tell


def _row(record: str, place: str, noted: Noted) -> dict[str, str]:
    place = "".join(sign if sign.isprintable() else "\ufffd" for sign in place[:_SHOWN])
    return {"record": record, "place": place, "kind": noted.kind} | noted.finding.as_dict()
