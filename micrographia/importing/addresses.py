"""Addresses that may be asked: on the web, and no redirect leads to where its beginning would not have."""

from __future__ import annotations

import ipaddress
from urllib.parse import urljoin, urlsplit

from micrographia.collection.folder import shown
from micrographia.errors import Unreadable

_LENGTH_LIMIT = 4000
_SHOWN = 200


def checked(address: str) -> str:
    """The address, if it is a whole one on the web; raises ``Unreadable`` for any other."""
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_whole = False
    if not is_whole or len(address) > _LENGTH_LIMIT or not address.isprintable() or " " in address:
        raise Unreadable(f"{told(address)} is not an http or https address. Correct the address.")
    return address


def redirected(address: str, location: str) -> str:
    """The next address on the way of a redirect; raises ``Unreadable`` when it must not be gone.

    Parameters
    ----------
    address
        Where the redirect was met.
    location
        Where it leads, as the answer says it: a whole address, or one to be read from there.
    """
    try:
        onward = checked(urljoin(address, location))
    except ValueError:
        raise Unreadable(f"{told(address)} leads to {told(location)}, which is no http or https address.") from None
    if urlsplit(address).scheme == "https" and urlsplit(onward).scheme != "https":
        raise Unreadable(f"{told(address)} leads to {told(onward)}, which is not encrypted. Correct the address.")
    if _is_local(onward) and not _is_local(address):
        raise Unreadable(f"{told(address)} leads into the network of this machine. Correct the address.")
    return onward


def told(address: str) -> str:
    """An address as a sentence may quote it: on one line, and not too long."""
    text = shown(address)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _is_local(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
