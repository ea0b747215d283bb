"""Downloading: one file from an address to its place, gone on with where it was cut off, whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx

from micrographia import __version__
from micrographia.errors import LibraryError, Unreadable
from micrographia.fetching.parts import Origin, Part
from micrographia.importing.addresses import told
from micrographia.importing.answers import (
    HEAD_BYTES,
    Described,
    described,
    followed,
    is_packed,
    is_page,
    is_passing,
    looks_like_page,
    pause_asked_for,
    reason,
)

# Told how many bytes are there, and how many there will be when that is known.
Tell = Callable[[int, int | None], None]

_HEADERS = {"User-Agent": f"Micrographia/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
_PAUSE_LIMIT_S = 60.0

# A server that gives less in the time of a stall may as well have stopped.
_PACE_BYTES = 1024
_HASH_BLOCK = 1 << 20
_DISK_LOOK_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file to download: its address, the path that it goes to, and what is known of it for certain."""

    address: str
    path: Path
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may take: bytes, seconds, tries; and how many bytes of the disk stay free.

    ``connect_s`` is the time to be answered in, ``stall_s`` that in which nothing may come. ``pause_s`` is the wait
    before the second try; it doubles with each further one.
    """

    size: int = 2_000_000_000
    connect_s: float = 15.0
    stall_s: float = 30.0
    tries: int = 4
    pause_s: float = 1.0
    spare: int = 200_000_000


STANDARD = Limits()


class Downloads:
    """Downloads files with one set of connections and limits; used by several threads at once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._stopped = threading.Event()
        timeout = httpx.Timeout(limits.stall_s, connect=limits.connect_s)
        self._client = httpx.Client(timeout=timeout, headers=_HEADERS)

    def __enter__(self) -> Downloads:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        self._client.close()

    def stop(self) -> None:
        """End what is under way; what was downloaded is kept to be gone on with."""
        self._stopped.set()

    def bring(self, wanted: Wanted, tell: Tell) -> bool:
        """Bring a file to its place; ``False`` when it is there already.

        Parameters
        ----------
        wanted
            The file. One that lies at its path is only ever replaced by another whole one.
        tell
            Told now and then how far it is, from the thread that calls this.

        Raises
        ------
        Unreadable
            The file cannot be had; the sentence says why, and what to do.
        """
        if _is_there(wanted):
            return False
        pause = self._limits.pause_s
        for left in reversed(range(self._limits.tries)):
            try:
                self._try(wanted, Part(wanted.path), tell)
                return True
            except _Passing as trouble:
                if not left:
                    raise Unreadable(f"{trouble} Fetch it again later: it goes on where it was.") from None
                self._wait(min(max(pause, trouble.pause_s), _PAUSE_LIMIT_S))
                pause *= 2
            except OSError as error:
                raise _unwritable(error, wanted.path) from None
        return False

    def _try(self, wanted: Wanted, part: Part, tell: Tell) -> None:
        origin = part.origin(wanted.address)
        if origin and origin.total == part.size:
            # All of it came the last time, which ended before it was put in its place.
            _check(wanted, part, resumed=True)
            part.finish()
            return
        headers = {"Range": f"bytes={part.size}-", "If-Range": origin.validator} if origin else {}
        name = told(wanted.address)
        try:
            with followed(self._client, wanted.address, headers) as answer:
                found = self._accepted(answer, wanted, part, origin)
                self._write(answer, wanted, part, found, tell)
        except httpx.InvalidURL:
            raise Unreadable(f"{name} is not an http or https address. Correct the address.") from None
        except httpx.TimeoutException:
            raise _Passing(f"{name} stalled.") from None
        except httpx.HTTPError as error:
            is_cut = part.size and isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
            what = f"was cut off after {part.size:,} bytes" if is_cut else f"cannot be reached ({_said(error)})"
            raise _Passing(f"{name} {what}.") from None
        _check(wanted, part, resumed=found.begin > 0)
        part.finish()

    def _accepted(self, answer: httpx.Response, wanted: Wanted, part: Part, origin: Origin | None) -> Described:
        """What is going to come, when it is what was asked for."""
        name, status = told(wanted.address), answer.status_code
        if status == 416 or (status == 206 and not _goes_on(described(answer), part, origin)):
            part.discard()
            raise _Passing(f"{name} does not go on where it was cut off.")
        if is_passing(status):
            raise _Passing(f"{name} {reason(status)}.", pause_asked_for(answer))
        if status not in (200, 206):
            raise Unreadable(f"{name} {reason(status)}. Check the address, or ask those who keep the file.")
        if is_page(answer):
            raise _page(name)
        if is_packed(answer):
            raise Unreadable(f"{name} comes in a packing that was not asked for. Download it with a browser.")
        found = described(answer)
        self._fit(found.total, wanted, part.size if found.begin else 0)
        return found

    def _fit(self, total: int | None, wanted: Wanted, there: int) -> None:
        """Refuse a file that is too large for the limit or the disk, or is not as long as it is known to be."""
        name = told(wanted.address)
        if total is not None and wanted.size is not None and total != wanted.size:
            raise Unreadable(f"{name} has {total:,} bytes and should have {wanted.size:,}: it is another file now.")
        if total is not None and total > self._limits.size:
            raise _too_large(name, self._limits.size)
        wanted.path.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(wanted.path.parent).free
        needed = max(0, (total or wanted.size or there) - there) + self._limits.spare
        if free < needed:
            raise Unreadable(
                f"{name} does not fit on the disk: {needed / 1e6:,.0f} MB are needed, {free / 1e6:,.0f} are free. "
                "Make room, and fetch it again."
            )

    def _write(self, answer: httpx.Response, wanted: Wanted, part: Part, found: Described, tell: Tell) -> None:
        name = told(wanted.address)
        size, is_looked_at = found.begin, found.begin >= HEAD_BYTES
        pace, looked_at_disk = _Pace(self._limits.stall_s, size), size
        with part.open(found.begin, Origin(wanted.address, found.validator, found.total)) as file:
            for chunk in answer.iter_raw():
                self._go_on()
                size += len(chunk)
                if size > self._limits.size:
                    part.discard()
                    raise _too_large(name, self._limits.size)
                _write_all(file, chunk)
                if not is_looked_at and size >= HEAD_BYTES:
                    is_looked_at = True
                    _refuse_page(wanted, part)
                if size - looked_at_disk > _DISK_LOOK_BYTES:
                    looked_at_disk = size
                    self._fit(None, wanted, size)
                if pace.is_stalled(size):
                    raise _Passing(f"{name} stalled.")
                tell(size, found.total)
        if found.total is not None and size != found.total:
            raise _Passing(f"{name} was cut off after {size:,} of {found.total:,} bytes.")

    def _wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)
        self._go_on()

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise LibraryError("It was stopped. Fetch it again: it goes on where it was.")


class _Passing(Exception):
    """Trouble that may be over at the next try, in a sentence; ``pause_s`` is the wait that the server asks for."""

    def __init__(self, sentence: str, pause_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.pause_s = pause_s


class _Pace:
    """Whether bytes come at a pace that will ever end."""

    def __init__(self, stall_s: float, size: int) -> None:
        self._stall_s = stall_s
        self._size = size
        self._since = time.monotonic()

    def is_stalled(self, size: int) -> bool:
        now = time.monotonic()
        if size - self._size >= _PACE_BYTES:
            self._size, self._since = size, now
        return now - self._since > self._stall_s


def _goes_on(found: Described, part: Part, origin: Origin | None) -> bool:
    """Whether an answer continues the part that is there, and is of the same version of the file."""
    if origin is None or found.begin != part.size:
        return False
    is_same = found.validator in ("", origin.validator)
    return is_same and (found.total is None or origin.total in (None, found.total))


def _is_there(wanted: Wanted) -> bool:
    try:
        size = wanted.path.stat().st_size if wanted.path.is_file() else 0
    except OSError:
        return False
    if not size or wanted.size not in (None, size):
        return False
    if not wanted.sha256:
        return True
    with wanted.path.open("rb") as file:
        return _sha256(file) == wanted.sha256


def _check(wanted: Wanted, part: Part, *, resumed: bool) -> None:
    """Refuse what is whole and yet not the file that was wanted."""
    name = told(wanted.address)
    if not part.size:
        part.discard()
        raise Unreadable(f"{name} is empty. Ask those who keep the file.")
    _refuse_page(wanted, part)
    if wanted.size is not None and part.size != wanted.size:
        size = part.size
        part.discard()
        raise Unreadable(f"{name} has {size:,} bytes and should have {wanted.size:,}: it is another file now.")
    if not wanted.sha256:
        return
    with part.read() as file:
        is_right = _sha256(file) == wanted.sha256
    if not is_right:
        part.discard()
        if resumed:
            # One of the two parts is damaged; a download in one piece may be whole.
            raise _Passing(f"{name} came damaged.")
        raise Unreadable(f"{name} is not the file that was published: its checksum differs. Tell those who keep it.")


def _refuse_page(wanted: Wanted, part: Part) -> None:
    if looks_like_page(part.head):
        part.discard()
        raise _page(told(wanted.address))


def _write_all(file: BinaryIO, chunk: bytes) -> None:
    # A file without a buffer may take less than it is given, on a disk that is nearly full.
    view = memoryview(chunk)
    while view:
        view = view[file.write(view) :]


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(_HASH_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _page(name: str) -> Unreadable:
    return Unreadable(f"{name} gives a web page, not a file. Open it in a browser to see what it says.")


def _too_large(name: str, limit: int) -> Unreadable:
    return Unreadable(f"{name} is larger than {limit / 1e9:g} GB. Raise the limit with --limit-gb.")


def _unwritable(error: OSError, path: Path) -> Unreadable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unreadable(f"The disk is full: {path.name} was not finished. Make room, and fetch it again.")
    return Unreadable(f"{path.name} cannot be written: {error.strerror or error}. Check the rights of its folder.")


def _said(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:200]
