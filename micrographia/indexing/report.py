"""The report of an indexing: what came in, what stayed as it was, and everything that was noticed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from micrographia.collection.findings import Finding

# Lines of findings in the text; the rest is counted.
LINES_SHOWN = 40

_WORDS = {"error": "errors", "warning": "warnings", "note": "notes"}


@dataclass(frozen=True)
class Report:
    """What one indexing did, in numbers of records, and what it noticed, by file name.

    ``changed`` counts records whose file or metadata are different now, ``moved`` those whose file is the same at
    another place, ``missing`` those kept although their file is gone, ``removed`` those whose file came under
    another id, and ``failed`` those without readable pixels although a file was given. ``bytes`` were read.
    """

    added: int = 0
    changed: int = 0
    moved: int = 0
    unchanged: int = 0
    missing: int = 0
    removed: int = 0
    failed: int = 0
    findings: tuple[tuple[str, Finding], ...] = ()
    bytes: int = 0
    seconds: float = 0.0

    @property
    def records(self) -> int:
        """How many records the source has in the library now."""
        return self.added + self.changed + self.moved + self.unchanged

    def of(self, severity: str) -> list[tuple[str, Finding]]:
        """The findings of that severity with their file names."""
        return [(name, finding) for name, finding in self.findings if finding.severity == severity]

    def as_text(self) -> str:
        """The report as plain lines: the counts, then errors and warnings, then how many notes there are."""
        told = [*self.of("error"), *self.of("warning")]
        lines = [self._summary(), *(_line(name, finding) for name, finding in told[:LINES_SHOWN])]
        if len(told) > LINES_SHOWN:
            lines.append(f"  and {len(told) - LINES_SHOWN} more; each record lists its own.")
        return "\n".join(lines)

    def _summary(self) -> str:
        parts = "added changed moved unchanged missing removed".split()
        counts = [f"{getattr(self, part)} {part}" for part in parts if getattr(self, part)] or ["nothing to index"]
        unreadable = f" {self.failed} could not be read." if self.failed else ""
        found = Counter[str](finding.severity for _, finding in self.findings)
        noticed = ", ".join(
            f"{found[severity]} {severity if found[severity] == 1 else word}"
            for severity, word in _WORDS.items()
            if found[severity]
        )
        noticed += " (each on its image's page)" if found["note"] else ""
        return (
            f"{self.records} {'image' if self.records == 1 else 'images'}: {', '.join(counts)}.{unreadable} "
            f"{self.bytes / 1e6:.1f} MB read in {self.seconds:.1f} s." + (f" Noticed: {noticed}." if noticed else "")
        )


def _line(name: str, finding: Finding) -> str:
    return f"  {finding.severity}: {name}: {finding.message} {finding.remedy}".rstrip()
