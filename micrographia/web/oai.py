"""OAI-PMH 2.0: the records of a library for harvesters, as Dublin Core and as DataCite.

A resumption token holds all that is needed to go on, and a place in the order of changes: a record that changes while
a list is read moves to its end, so that none is missed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from markupsafe import Markup

from micrographia.collection.changes import BEGIN, Change, Position, Selection, position_text, read_position
from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import Invalid, LibraryError
from micrographia.library import Library
from micrographia.web import datacite, dublincore
from micrographia.web.dates import now
from micrographia.web.handlers import OpenHandler, Route, Site
from micrographia.web.markup import document, element, elements

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
DATACITE = "http://schema.datacite.org/oai/oai-1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAGE = 100
SETS = 500
MOST_ARGUMENTS = 20

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SECOND = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")

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

# For each metadata format its schema, its namespace, and how a record is written.
FORMATS: dict[str, tuple[str, str, Callable[[Record, str, str], Markup]]] = {
    "oai_dc": (dublincore.SCHEMA, dublincore.NAMESPACE, dublincore.dublin_core),
    "oai_datacite": (f"{DATACITE}oai.xsd", DATACITE, lambda *given: _in_datacite(*given)),
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
        return _packed(self.prefix, self.since, self.until, self.set, position_text(self.after), self.cursor)

    @classmethod
    def from_token(cls, token: str) -> Listing:
        """The listing of a token; raises ``Refused``."""
        said = _unpacked(token)
        if len(said) != 6 or not all(isinstance(part, str) for part in said[:5]) or type(said[5]) is not int:
            raise _bad_token()
        try:
            prefix, since, until, name, after, cursor = said
            return cls(prefix, since, until, name, read_position(after), max(0, cursor))
        except Invalid:
            raise _bad_token() from None

    def selection(self) -> Selection:
        """The listing as the store understands it."""
        since, until = _bounds(self.since, self.until)
        kind, _, name = self.set.partition(":")
        if not self.set:
            return Selection(since, until)
        if kind == "licence":
            return Selection(since, until, licence=_from_spec(name))
        if kind == "group":
            return Selection(since, until, group=_from_spec(name))
        raise Refused("noRecordsMatch", "There is no such set. ListSets lists them.")


@dataclass(frozen=True)
class Repository:
    """A library as a harvester sees it: its public address, the name it is cited by, who can be written to."""

    library: Library
    base: str
    name: str
    contact: str = ""

    def respond(self, arguments: list[tuple[str, str]]) -> str:
        """The answer to the arguments of a request, whatever they are."""
        try:
            asked = _asked(arguments)
            answers: dict[str, Callable[[dict[str, str]], Markup]] = {
                "Identify": self._identify,
                "ListMetadataFormats": self._list_formats,
                "ListSets": self._list_sets,
                "GetRecord": self._get_record,
                "ListIdentifiers": self._list_identifiers,
                "ListRecords": self._list_records,
            }
            answer = element(asked["verb"], answers[asked["verb"]](asked))
        except Refused as error:
            # Of a request that makes no sense, the arguments are not repeated.
            asked = {} if error.code in ("badVerb", "badArgument") else dict(arguments)
            answer = element("error", str(error), code=error.code)
        request = element("request", f"{self.base}/oai", **asked)
        return document(
            element(
                "OAI-PMH",
                element("responseDate", now()) + request + answer,
                **{
                    "xmlns": NAMESPACE,
                    "xmlns:xsi": XSI,
                    "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}OAI-PMH.xsd",
                },
            )
        )

    @property
    def host(self) -> str:
        """The name of the host, which begins every identifier."""
        return urlsplit(self.base).hostname or "localhost"

    def _identify(self, asked: dict[str, str]) -> Markup:
        said = {
            "repositoryName": self.name,
            "baseURL": f"{self.base}/oai",
            "protocolVersion": "2.0",
            # The protocol asks for an address: where none was given, the one that every host should have.
            "adminEmail": self.contact or f"postmaster@{self.host if '.' in self.host else self.host + '.invalid'}",
            "earliestDatestamp": self.library.store.earliest_change() or now(),
            "deletedRecord": "persistent",
            "granularity": "YYYY-MM-DDThh:mm:ssZ",
        }
        return Markup("").join(element(name, text) for name, text in said.items())

    def _list_formats(self, asked: dict[str, str]) -> Markup:
        if "identifier" in asked:
            self._change(asked["identifier"])
        return Markup("").join(
            element(
                "metadataFormat",
                element("metadataPrefix", prefix) + element("schema", schema) + element("metadataNamespace", namespace),
            )
            for prefix, (schema, namespace, _) in FORMATS.items()
        )

    def _list_sets(self, asked: dict[str, str]) -> Markup:
        sets = self._sets()
        if "resumptionToken" in asked:
            said = _unpacked(asked["resumptionToken"])
            if len(said) != 1 or not isinstance(said[0], str):
                raise _bad_token()
            sets = [one for one in sets if one[0] > said[0]]
        if not sets:
            raise Refused("noSetHierarchy", "There are no sets here: no image has a group or a licence.")
        shown = [
            element("set", element("setSpec", spec) + element("setName", name or spec)) for spec, name in sets[:SETS]
        ]
        if len(sets) > SETS:
            shown.append(element("resumptionToken", _packed(sets[SETS - 1][0])))
        elif "resumptionToken" in asked:
            shown.append(element("resumptionToken"))
        return Markup("").join(shown)

    def _sets(self) -> list[tuple[str, str]]:
        store = self.library.store
        groups = [(_spec("group", name), f"Group: {name}") for name in store.distinct("group")]
        licences = [(_spec("licence", name), f"Licence: {licence(name).name}") for name in store.distinct("licence")]
        return sorted(groups + licences)

    def _get_record(self, asked: dict[str, str]) -> Markup:
        _check_prefix(asked["metadataPrefix"])
        change = self._change(asked["identifier"])
        records = self._records([change])
        return self._record(change, records.get(change.id), asked["metadataPrefix"])

    def _list_identifiers(self, asked: dict[str, str]) -> Markup:
        return self._listed(asked, lambda change, record, prefix: self._header(change, record))

    def _list_records(self, asked: dict[str, str]) -> Markup:
        return self._listed(asked, self._record)

    def _listed(self, asked: dict[str, str], write: Callable[[Change, Record | None, str], Markup]) -> Markup:
        listing = self._listing(asked)
        found = self.library.store.changes(listing.after, PAGE + 1, listing.selection())
        if not found:
            raise Refused("noRecordsMatch", "There are no such records.")
        shown = found[:PAGE]
        records = self._records(shown)
        parts = [write(change, records.get(change.id), listing.prefix) for change in shown]
        token = ""
        if len(found) > PAGE:
            token = replace(listing, after=shown[-1].position, cursor=listing.cursor + len(shown)).token()
        if token or listing.cursor:
            # An empty one says that the list is at its end.
            parts.append(element("resumptionToken", token, cursor=str(listing.cursor)))
        return Markup("").join(parts)

    def _listing(self, asked: dict[str, str]) -> Listing:
        token = asked.get("resumptionToken")
        if token is None:
            listing = Listing(
                asked["metadataPrefix"], asked.get("from", ""), asked.get("until", ""), asked.get("set", "")
            )
            _check_prefix(listing.prefix)
            return listing
        listing = Listing.from_token(token)
        try:
            listing.selection()
        except Refused:
            raise _bad_token() from None
        if listing.prefix not in FORMATS or listing.after[0] > self.library.store.change:
            raise _bad_token()
        return listing

    def _change(self, identifier: str) -> Change:
        record_id = identifier.removeprefix(self._identifier(""))
        change = self.library.store.change_of(record_id) if record_id != identifier else None
        if change is None:
            raise Refused("idDoesNotExist", f"There is no record {identifier[:200]!r} here.")
        return change

    def _records(self, found: Iterable[Change]) -> dict[str, Record]:
        ids = [change.id for change in found if not change.is_gone]
        return {record.id: record for record in self.library.store.records(ids)}

    def _record(self, change: Change, record: Record | None, prefix: str) -> Markup:
        header = self._header(change, record)
        if record is None:
            return element("record", header)
        metadata = FORMATS[prefix][2](record, self.base, self.name)
        return element("record", header + element("metadata", metadata))

    def _header(self, change: Change, record: Record | None) -> Markup:
        sets = [("group", record.group), ("licence", record.licence)] if record else []
        parts = [
            element("identifier", self._identifier(change.id)),
            element("datestamp", change.when),
            elements("setSpec", (_spec(kind, name) for kind, name in sets if name)),
        ]
        # What was hidden since the list was begun is gone as well.
        return element("header", Markup("").join(parts), status="" if record else "deleted")

    def _identifier(self, record_id: str) -> str:
        return f"oai:{self.host}:{record_id}"


class OaiHandler(OpenHandler):
    """``GET`` or ``POST /oai``: what harvesters ask."""

    methods = "GET, HEAD, POST, OPTIONS"

    async def get(self, *parts: str) -> None:
        """Answer; a refusal is an answer, too."""
        await self._answer(self.request.query)

    async def post(self, *parts: str) -> None:
        """Answer what stands in the body."""
        await self._answer(self.request.body.decode("utf-8", "replace"))

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed here, so nobody can be made to change it."""

    async def _answer(self, arguments: str) -> None:
        try:
            text = await self.work(self._respond, arguments)
        except LibraryError as error:
            self.set_header("Retry-After", "10")
            await self.refuse(error)
            return
        await self.send(text, "text/xml")

    def _respond(self, arguments: str) -> str:
        repository = Repository(
            self.site.library, self.base, self.site.documents.name, self.site.settings.contact.strip()
        )
        try:
            pairs = parse_qsl(arguments, keep_blank_values=True, errors="replace", max_num_fields=MOST_ARGUMENTS)
        except ValueError:
            # So many are none that belong to a request.
            pairs = [("verb", "")]
        return repository.respond(pairs)


def oai_routes(site: Site) -> list[Route]:
    """The route for harvesters."""
    return [(rf"{site.prefix}/oai/?", OaiHandler, {"site": site})]


def _asked(arguments: list[tuple[str, str]]) -> dict[str, str]:
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
    _bounds(asked.get("from", ""), asked.get("until", ""))
    return asked


def _bounds(since: str, until: str) -> tuple[str, str]:
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


def _check_prefix(prefix: str) -> None:
    if prefix not in FORMATS:
        raise Refused("cannotDisseminateFormat", f"There is no format {prefix[:40]!r}, but {', '.join(FORMATS)}.")


def _spec(kind: str, name: str) -> str:
    # The protocol allows few signs; the others are written as in an address, with ! for %.
    return f"{kind}:{quote(name, safe='').replace('%', '!')}"


def _from_spec(name: str) -> str:
    return unquote(name.replace("%", "!25").replace("!", "%"), errors="replace")


def _packed(*said: str | int) -> str:
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def _unpacked(token: str) -> list:
    try:
        said = json.loads(base64.b64decode(token[:4096] + "=" * (-len(token) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise _bad_token() from None
    if not isinstance(said, list):
        raise _bad_token()
    return said


def _bad_token() -> Refused:
    return Refused("badResumptionToken", "This token is not one of this library. Begin the list again.")


def _in_datacite(record: Record, base: str, library: str) -> Markup:
    parts = element("schemaVersion", "4.6") + element("datacentreSymbol", library)
    return element(
        "oai_datacite",
        parts + element("payload", datacite.resource(record, base, library)),
        **{"xmlns": DATACITE, "xsi:schemaLocation": f"{DATACITE} {DATACITE}oai.xsd", "xmlns:xsi": XSI},
    )
