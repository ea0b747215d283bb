"""Downloads of sources: one file from an address into a folder, whole, and within limits."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from micrographia.errors import Unreadable
from micrographia.importing.addresses import told
from micrographia.importing.answers import HEAD_BYTES, described, followed, is_packed, is_page, looks_like_page
from micrographia.importing.assets import safe_name

DOWNLOAD_LIMIT = 16 * 2**30
# Of the disk, stays free.
SPARE = 200_000_000
_TIMEOUT_S = 30.0
# The bytes as they lie there: what is unpacked on the way has no limit.
_HEADERS = {"Accept-Encoding": "identity"}


def is_address(source: str) -> bool:
    """Whether a source is an address on the web, not a path."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def download(address: str, folder: Path) -> Path:
    """The file that lies at an address, in a folder.

    Raises
    ------
    Unreadable
        It does not answer, leads where it must not, gives a page instead of a file, is empty, too large for the limit
        or the disk, or was cut off.
    """
    path = folder / (safe_name(unquote(urlsplit(address).path)) or "source")
    name = told(address)
    try:
        with httpx.Client(timeout=_TIMEOUT_S) as client, followed(client, address, _HEADERS) as answer:
            if answer.status_code != 200:
                raise Unreadable(f"{name} answers {answer.status_code}. Check the address.")
            if is_page(answer):
                raise _page(name)
            # A gzipped source is read as it is; some servers call the file itself a packing on the way.
            if is_packed(answer) and answer.headers["content-encoding"].strip().casefold() != "gzip":
                raise Unreadable(f"{name} comes in a packing that was not asked for. Download it with a browser.")
            _fit(name, described(answer).total or 0, folder)
            _write(answer, path, name)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = (str(error) or type(error).__name__).rstrip(".")
        raise Unreadable(f"{name} cannot be downloaded: {said}. Try again, or download it and give the file.") from None
    except OSError as error:
        raise Unreadable(f"{name} cannot be kept in {folder}: {error.strerror or error}. Make room there.") from None
    return path


def _write(answer: httpx.Response, path: Path, name: str) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in answer.iter_raw():
            size += len(chunk)
            if size > DOWNLOAD_LIMIT:
                raise _too_large(name)
            file.write(chunk)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Unreadable(f"{name} is empty. Ask those who keep the file.")
    if looks_like_page(head):
        raise _page(name)


def _fit(name: str, size: int, folder: Path) -> None:
    if size > DOWNLOAD_LIMIT:
        raise _too_large(name)
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        needed = (size + SPARE) / 1e6
        said = f"{needed:,.0f} MB are needed, {free / 1e6:,.0f} are free"
        raise Unreadable(f"{name} does not fit into {folder}: {said}. Make room there.")


def _page(name: str) -> Unreadable:
    return Unreadable(f"{name} gives a web page, not a file. Give the address of the file itself.")


def _too_large(name: str) -> Unreadable:
    return Unreadable(f"{name} is larger than {DOWNLOAD_LIMIT // 2**30} GB. Give a part of it.")
