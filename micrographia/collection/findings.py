"""A finding: one thing noticed about data, with what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]

MESSAGE_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """One conflict, guess or fault in data: how bad, in which field, what was seen, and what to do.

    ``error``: something could not be read or kept. ``warning``: a doubt that may change a result.
    ``note``: a guess that is probably right, or a repair.
    """

    severity: Severity
    field: str
    message: str
    remedy: str = ""

    def __post_init__(self) -> None:
        # Messages quote hostile input: bounded and on one line, whoever writes them.
        for name in ("field", "message", "remedy"):
            object.__setattr__(self, name, _bounded(getattr(self, name)))

    def as_dict(self) -> dict[str, str]:
        """The finding as plain JSON."""
        return asdict(self)


def printable(text: str) -> str:
    """The text with blanks for what cannot be shown on a line or be written: controls, half of a surrogate pair."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _bounded(text: str) -> str:
    text = " ".join(printable(text[: 4 * MESSAGE_LIMIT]).split())
    return text if len(text) <= MESSAGE_LIMIT else text[: MESSAGE_LIMIT - 1] + "…"
