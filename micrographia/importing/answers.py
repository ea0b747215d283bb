"""Answers of servers: where they lead, how long the file is, where the bytes begin, and why there are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from micrographia.errors import Unreadable
from micrographia.importing.addresses import checked, redirected, told

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|body|\?xml|error)\b", re.I | re.S)
_PAGES = ("text/html", "application/xhtml+xml")

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_LIMIT = 5

# So many bytes tell a page from an image.
HEAD_BYTES = 512

# Worth another try: the server is busy, or something on the way to it is.
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})

_REASONS = {
    401: "asks for a password",
    402: "asks for payment",
    403: "does not allow it",
    404: "has no such file",
    410: "has the file no more",
    451: "must not give it, by law",
}


@dataclass(frozen=True, slots=True)
class Described:
    """What the head of an answer says of the file.

    ``begin`` is the byte at which the answer begins, ``total`` the length of the whole file, ``None`` when it is not
    said. ``validator`` is another one for another version of the file, empty when there is none that can be trusted.
    """

    begin: int
    total: int | None
    validator: str


@contextmanager
def followed(client: httpx.Client, address: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
    """The answer at the end of all redirects, each of which is looked at before it is followed.

    Parameters
    ----------
    client
        The connections to use, which follow nothing by themselves.
    address
        Where to begin.
    headers
        What else to ask for.

    Raises
    ------
    Unreadable
        The address is none on the web, or leads to where it must not, or on and on.
    """
    place = checked(address)
    for _ in range(_REDIRECTS_LIMIT + 1):
        with client.stream("GET", place, headers=headers) as answer:
            if answer.status_code not in _REDIRECTS:
                yield answer
                return
            place = redirected(place, answer.headers.get("location", ""))
    raise Unreadable(f"{told(address)} leads on and on, more than {_REDIRECTS_LIMIT} times. Correct the address.")


def described(answer: httpx.Response) -> Described:
    """What the head of an answer with a file, or with a part of one, says of it."""
    validator = answer.headers.get("etag", "").strip()
    if not re.fullmatch(r'"[\x21\x23-\x7e]*"', validator):
        # A weak one stands for versions that are not the same byte for byte.
        validator = answer.headers.get("last-modified", "").strip()
    if answer.status_code == 206:
        found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
        if found is None:
            return Described(-1, None, validator)
        return Described(int(found[1]), None if found[3] == "*" else int(found[3]), validator)
    length = answer.headers.get("content-length", "")
    return Described(0, int(length) if length.isascii() and length.isdigit() else None, validator)


def is_page(answer: httpx.Response) -> bool:
    """Whether an answer calls itself a web page."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().casefold() in _PAGES


def looks_like_page(head: bytes) -> bool:
    """Whether a file begins as a web page does, or the XML in which a storage service says what is wrong."""
    return _PAGE.match(head[:HEAD_BYTES]) is not None


def is_packed(answer: httpx.Response) -> bool:
    """Whether the bytes on the way are not those of the file, although nobody asked for that."""
    return answer.headers.get("content-encoding", "identity").strip().casefold() not in ("identity", "")


def is_passing(status: int) -> bool:
    """Whether a status tells of trouble that may be over soon."""
    return status in _PASSING


def reason(status: int) -> str:
    """What a status that is no success means, to go on after the address."""
    return _REASONS.get(status, f"answers {status}")


def pause_asked_for(answer: httpx.Response) -> float:
    """For how many seconds a server asks to be left alone; 0 when it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
