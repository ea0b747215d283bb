"""What a harvester asks in OAI-PMH: arguments, spans of time, names of sets and resumption tokens, checked."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from micrographia.collection.changes import BEGIN, Position, Selection, position_text, read_position
from micrographia.errors import Invalid

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")

# What the protocol allows in the name of a format, in that of a set, and in an identifier, which is an address.
_NAME = r"[A-Za-z0-9\-_.!~*'()]+"
_WRITTEN = {
    "metadataPrefix": re.compile(_NAME),
    "set": re.compile(f"{_NAME}(?::{_NAME})*"),
    "identifier": re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2}|[^\W\x00-\x7f])+"),
}

# For each verb the arguments that have to be there, and those that may.
_LIST = (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"}))
VERBS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
}


class Refused(Invalid):
    """What a harvester asked cannot be answered; with the protocol's code for that."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class Listing:
    """Which records a list is of, and how far it has been read."""

    prefix: str
    since: str = ""
    until: str = ""
    set: str = ""
    after: Position = BEGIN
    cursor: int = 0

    def token(self) -> str:
        """The listing as a resumption token."""
        return packed(self.prefix, self.since, self.until, self.set, position_text(self.after), self.cursor)

    @classmethod
    def from_token(cls, token: str) -> Listing:
        """The listing of a token; raises ``Refused``."""
        said = unpacked(token)
        if len(said) != 6 or not all(isinstance(part, str) for part in said[:5]) or type(said[5]) is not int:
            raise bad_token()
        try:
            prefix, since, until, name, after, cursor = said
            return cls(prefix, since, until, name, read_position(after), max(0, cursor))
        except Invalid:
            raise bad_token() from None

    def selection(self) -> Selection:
        """The listing as the store understands it."""
        since, until = bounds(self.since, self.until)
        kind, _, name = self.set.partition(":")
        if not self.set:
            return Selection(since, until)
        if kind == "licence":
            return Selection(since, until, licence=name_of(name))
        if kind == "group":
            return Selection(since, until, group=name_of(name))
        raise Refused("noRecordsMatch", "There is no such set. ListSets lists them.")


def read_arguments(arguments: list[tuple[str, str]]) -> dict[str, str]:
    """The arguments of a request by name; raises ``Refused`` for those that make none."""
    asked = dict(arguments)
    verbs = [value for name, value in arguments if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in VERBS:
        raise Refused("badVerb", f"Give one verb of: {', '.join(VERBS)}.")
    if len(asked) < len(arguments):
        raise Refused("badArgument", "An argument is given twice.")
    required, optional = VERBS[verbs[0]]
    names = asked.keys() - {"verb"}
    if strange := sorted(names - required - optional):
        raise Refused("badArgument", f"{verbs[0]} takes no argument {strange[0][:40]!r}.")
    if "resumptionToken" in names:
        if len(names) > 1:
            raise Refused("badArgument", "A resumptionToken stands alone beside the verb.")
        return asked
    if missing := sorted(required - names):
        raise Refused("badArgument", f"{verbs[0]} needs the argument {missing[0]}.")
    if empty := sorted(name for name in names if not asked[name]):
        raise Refused("badArgument", f"{empty[0]} is empty.")
    for name, pattern in _WRITTEN.items():
        if name in names and not pattern.fullmatch(asked[name]):
            raise Refused("badArgument", f"{name} has signs that it cannot have.")
    bounds(asked.get("from", ""), asked.get("until", ""))
    return asked


def bounds(since: str, until: str) -> tuple[str, str]:
    """Both ends of a span of time, to the second; raises ``Refused``."""
    days = {name: bool(_DAY.fullmatch(text)) for name, text in (("from", since), ("until", until)) if text}
    for name, text in (("from", since), ("until", until)):
        if (text and not (days[name] or _SECOND.fullmatch(text))) or not _is_time(text):
            raise Refused("badArgument", f"{name} is no time such as 2010-11-24 or 2010-11-24T12:00:00Z.")
    if len(set(days.values())) > 1:
        raise Refused("badArgument", "from and until have different granularities.")
    since = f"{since}T00:00:00Z" if days.get("from") else since
    until = f"{until}T23:59:59Z" if days.get("until") else until
    if since and until and since > until:
        raise Refused("badArgument", "from is later than until.")
    return since, until


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text or "2000-01-01")
    except ValueError:
        return False
    return True


def spec_of(kind: str, name: str) -> str:
    """The set of a group or a licence: ``group:my!20group``."""
    # The protocol allows few signs; the others are written as in an address, with ! for %.
    return f"{kind}:{quote(name, safe='').replace('%', '!')}"


def name_of(name: str) -> str:
    """The name that ``spec_of`` wrote behind the kind."""
    return unquote(name.replace("%", "!25").replace("!", "%"), errors="replace")


def packed(*said: str | int) -> str:
    """A resumption token that holds all this."""
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def unpacked(token: str) -> list[Any]:
    """What a resumption token holds; raises ``Refused``."""
    try:
        said = json.loads(base64.b64decode(token[:4096] + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise bad_token() from None
    if not isinstance(said, list):
        raise bad_token()
    return said


def bad_token() -> Refused:
    """The refusal of a token."""
    return Refused("badResumptionToken", "This token is not one of this library. Begin the list again.")
