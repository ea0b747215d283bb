"""Times as machines write them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment, to the second: ``2026-11-25T22:40:00Z``."""
    return _written(datetime.now(UTC))


def moment(text: str) -> str:
    """A time or a day as it may stand in a table, written like ``now``; empty for a text that is neither."""
    try:
        read = datetime.fromisoformat(text)
        return _written(read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return ""


def _written(when: datetime) -> str:
    return when.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
