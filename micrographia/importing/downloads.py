"""Downloads of sources: one file from an address into a folder, with limits."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from micrographia.errors import Unreadable
from micrographia.importing.assets import safe_name

DOWNLOAD_LIMIT = 16 * 2**30
_TIMEOUT_S = 30.0
_REDIRECTS = 5


def is_address(source: str) -> bool:
    """Whether a source is an address on the web, not a path."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def download(address: str, folder: Path) -> Path:
    """The file that lies at an address, in a folder.

    Raises
    ------
    Unreadable
        It does not answer, gives a page instead of a file, is too large, or was cut off.
    """
    path = folder / (safe_name(unquote(urlsplit(address).path)) or "source")
    try:
        client = httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True, max_redirects=_REDIRECTS)
        with client, client.stream("GET", address) as answer:
            answer.raise_for_status()
            _write(answer, path, address)
    except httpx.HTTPStatusError as error:
        raise Unreadable(f"{address} answers {error.response.status_code}. Check the address.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = str(error) or type(error).__name__
        raise Unreadable(
            f"{address} cannot be downloaded: {said}. Try again, or download it and give the file."
        ) from None
    return path


def _write(answer: httpx.Response, path: Path, address: str) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in answer.iter_bytes():
            if not size and re.match(rb"\s*<(!doctype|html)", chunk[:200], re.IGNORECASE):
                raise Unreadable(f"{address} gives a web page, not a file. Give the address of the file itself.")
            size += len(chunk)
            if size > DOWNLOAD_LIMIT:
                raise Unreadable(f"{address} is larger than {DOWNLOAD_LIMIT // 2**30} GB. Give a part of it.")
            file.write(chunk)
