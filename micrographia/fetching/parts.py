"""The part of a file that is there already, and of which file it is: what a download goes on from."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from micrographia.importing.answers import HEAD_BYTES


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a part came from: its address, the validator of that version of the file, and its whole length."""

    address: str
    validator: str
    total: int | None


class Part:
    """The hidden file beside a file to be, which takes its place when it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Hidden, so that an indexing passes it over.
        self._file = path.with_name(f".{path.name}.part")
        self._note = path.with_name(f".{path.name}.part.json")

    @property
    def size(self) -> int:
        """How many bytes are there."""
        try:
            return self._file.stat().st_size
        except OSError:
            return 0

    @property
    def head(self) -> bytes:
        """The first bytes."""
        with self._file.open("rb") as file:
            return file.read(HEAD_BYTES)

    def origin(self, address: str) -> Origin | None:
        """What the part is a part of, when it can be gone on with from that address."""
        try:
            origin = Origin(**json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return origin if origin.address == address and origin.validator and self.size else None

    def open(self, begin: int, origin: Origin) -> BinaryIO:
        """The part, open for writing on from a byte; all that was there behind it is gone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not begin:
            self.discard()
            self._note.write_text(json.dumps(asdict(origin)), "utf-8")
        file = self._file.open("r+b" if begin else "wb", buffering=0)
        file.seek(begin)
        file.truncate()
        return file  # type: ignore[return-value]

    def read(self) -> BinaryIO:
        """The part, open for reading."""
        return self._file.open("rb")

    def discard(self) -> None:
        """Forget what is there."""
        for path in (self._file, self._note):
            with suppress(FileNotFoundError):
                path.unlink()

    def finish(self) -> None:
        """Put the part, now whole, in the place of the file, in one step."""
        with self._file.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(self._file, self.path)
        self.discard()
