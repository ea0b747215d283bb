"""The report of a fetching: what came, what was there already, and what could not be had, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from micrographia.collection.folder import shown

# Lines of failures in the text; the rest is counted.
LINES_SHOWN = 40


@dataclass
class Report:
    """What one fetching did, in numbers of images; ``bytes`` came over the web."""

    fetched: int = 0
    had: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0

    def as_text(self) -> str:
        """The report as plain lines: the counts, then each failure with its reason."""
        images = self.fetched + self.had + len(self.failed)
        counts = [f"{self.fetched} fetched"] if self.fetched else []
        counts += [f"{self.had} there already"] if self.had else []
        counts += [f"{len(self.failed)} failed"] if self.failed else []
        head = f"{images} {'image' if images == 1 else 'images'}: {', '.join(counts) or 'nothing to fetch'}."
        lines = [f"{head} {self.bytes / 1e6:.1f} MB in {self.seconds:.1f} s."]
        lines += [f"  {shown(name)}: {shown(why)}" for name, why in self.failed[:LINES_SHOWN]]
        if len(self.failed) > LINES_SHOWN:
            lines.append(f"  and {len(self.failed) - LINES_SHOWN} more.")
        return "\n".join(lines)
