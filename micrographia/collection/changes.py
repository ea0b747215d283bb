"""Changes: what became of each public record, in an order that a harvester can follow and take up again.

A record that was public once and is deleted or hidden now is told of as gone, by its id alone; so is one whose
licence has become one that keeps it out of lists. One that never was public is never told of.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass

from micrographia.collection.licences import UNLISTED
from micrographia.errors import Invalid

# The place of a change in the order of all: the library's change counter, and the number of the record.
Position = tuple[int, int]

BEGIN: Position = (0, 0)

# In the column ``deleted``: of this record nothing may be told. Else the column holds the Unix time it was deleted.
_UNTOLD = 1

_WHEN = "coalesce(changed, strftime('%Y-%m-%dT%H:%M:%SZ', deleted, 'unixepoch'))"

# Everything that lists all there is takes its records by this.
LISTED = "visibility = 'public' AND coalesce(licence, '') NOT IN ({})".format(", ".join(map(repr, UNLISTED)))

# There are two visibilities: a record that ever changed it was public before or after.
_CHANGED = """EXISTS (SELECT 1 FROM history WHERE record = {number} AND what LIKE 'changed %'
    AND instr(', ' || substr(what, 9) || ', ', ', {part}, '))"""


def _was_listed(number: str) -> str:
    """In SQL, whether a record of the table of records is or may have been told of."""
    was_public, was_free = (_CHANGED.format(number=number, part=part) for part in ("visibility", "licence"))
    return f"({LISTED} OR {was_public} OR visibility = 'public' AND {was_free})"


_TOLD = f"""CASE WHEN deleted = 0 THEN {_was_listed("changes.number")}
    ELSE deleted > {_UNTOLD} AND NOT EXISTS (
        SELECT 1 FROM records AS others WHERE others.id = changes.id AND others.visibility = 'public') END"""

_SELECT = f"""SELECT changes.id, counter, changes.number, {_WHEN}, ({LISTED}) IS NOT TRUE
    FROM changes LEFT JOIN records ON records.number = changes.number WHERE {_TOLD}"""


@dataclass(frozen=True, slots=True)
class Change:
    """The last change of a record: its id, its place in the order, when it was, and whether the record is gone."""

    id: str
    position: Position
    when: str
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which changes are wanted: of a span of time (both ends included, ISO 8601 in UTC), of a group, of a licence.

    Records that are gone have lost their group and licence, so they are told of in each.
    """

    since: str = ""
    until: str = ""
    group: str | None = None
    licence: str | None = None

    def conditions(self) -> Iterator[tuple[str, str]]:
        """Each condition in SQL, with the value in it."""
        if self.since:
            yield f"{_WHEN} >= ?", self.since
        if self.until:
            yield f"{_WHEN} <= ?", self.until
        if self.group is not None:
            yield f'(({LISTED}) IS NOT TRUE OR "group" = ?)', self.group
        if self.licence is not None:
            yield f"(({LISTED}) IS NOT TRUE OR licence = ?)", self.licence


EVERYTHING = Selection()


def select_changes(
    connection: sqlite3.Connection, after: Position, limit: int, selection: Selection = EVERYTHING
) -> list[Change]:
    """The first changes after a position, in order.

    Parameters
    ----------
    connection
        The store's.
    after
        The position of the last change that is known.
    limit
        How many at most.
    selection
        Which of them.
    """
    conditions = list(selection.conditions())
    where = "".join(f" AND {condition}" for condition, _ in conditions)
    query = f"{_SELECT} AND (counter, changes.number) > (?, ?){where} ORDER BY counter, changes.number LIMIT ?"
    found = connection.execute(query, (*after, *(value for _, value in conditions), limit))
    return [_change(*row) for row in found]


def select_change(connection: sqlite3.Connection, record_id: str) -> Change | None:
    """The last change of one record; ``None`` for one that is not told of."""
    query = f"{_SELECT} AND changes.id = ? ORDER BY counter DESC, changes.number DESC LIMIT 1"
    return next((_change(*row) for row in connection.execute(query, (record_id,))), None)


def earliest(connection: sqlite3.Connection) -> str:
    """The time of the oldest change that is told of; empty when there is none."""
    query = f"SELECT min({_WHEN}) FROM changes LEFT JOIN records ON records.number = changes.number WHERE {_TOLD}"
    return connection.execute(query).fetchone()[0] or ""


def mark_of_deletion(connection: sqlite3.Connection, number: int) -> int:
    """What the column ``deleted`` holds of a record that is deleted now; asked while the record is still there."""
    query = f"SELECT {_was_listed('number')} FROM records WHERE number = ?"
    (was_listed,) = connection.execute(query, (number,)).fetchone()
    return int(time.time()) if was_listed else _UNTOLD


def read_position(text: str) -> Position:
    """The position that ``position_text`` wrote; a counter alone is the end of all that it counts."""
    counter, dot, number = text.partition(".")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (counter, number if dot else "0")):
        raise Invalid(f"{text[:40]!r} is no place among the changes. Give what an earlier answer called next.")
    return int(counter), int(number) if dot else 10**18


def position_text(position: Position) -> str:
    """A position as it stands in an address: ``57.1024``."""
    return f"{position[0]}.{position[1]}"


def _change(record_id: str, counter: int, number: int, when: str, is_gone: int) -> Change:
    return Change(record_id, (counter, number), when, bool(is_gone))
