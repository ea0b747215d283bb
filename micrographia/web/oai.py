"""OAI-PMH 2.0: the records of a library for harvesters, as Dublin Core and as DataCite.

A resumption token holds all that is needed to go on, and a place in the order of changes: a record that changes while
a list is read moves to its end, so that none is missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from markupsafe import Markup

from micrographia.collection.changes import Change
from micrographia.collection.licences import licence
from micrographia.collection.records import Record
from micrographia.errors import LibraryError
from micrographia.library import Library
from micrographia.web import datacite, dublincore
from micrographia.web.dates import now
from micrographia.web.handlers import OpenHandler, Route, Site
from micrographia.web.markup import document, element, elements
from micrographia.web.oairequests import Listing, Refused, bad_token, packed, read_arguments, spec_of, unpacked

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
DATACITE = "http://schema.datacite.org/oai/oai-1.1/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAGE = 100
SETS = 500
MOST_ARGUMENTS = 20

# For each metadata format its schema, its namespace, and how a record is written.
FORMATS: dict[str, tuple[str, str, Callable[[Record, str, str], Markup]]] = {
    "oai_dc": (dublincore.SCHEMA, dublincore.NAMESPACE, dublincore.dublin_core),
    "oai_datacite": (f"{DATACITE}oai.xsd", DATACITE, lambda *given: _in_datacite(*given)),
}


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
            asked = read_arguments(arguments)
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
            said = unpacked(asked["resumptionToken"])
            if len(said) != 1 or not isinstance(said[0], str):
                raise bad_token()
            sets = [one for one in sets if one[0] > said[0]]
        if not sets:
            raise Refused("noSetHierarchy", "There are no sets here: no image has a group or a licence.")
        shown = [
            element("set", element("setSpec", spec) + element("setName", name or spec)) for spec, name in sets[:SETS]
        ]
        if len(sets) > SETS:
            shown.append(element("resumptionToken", packed(sets[SETS - 1][0])))
        elif "resumptionToken" in asked:
            shown.append(element("resumptionToken"))
        return Markup("").join(shown)

    def _sets(self) -> list[tuple[str, str]]:
        store = self.library.store
        label = self.library.index.label
        groups = [(spec_of("group", name), f"Group: {label('group', name)}") for name in store.distinct("group")]
        licences = [(spec_of("licence", name), f"Licence: {licence(name).name}") for name in store.distinct("licence")]
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
            raise bad_token() from None
        if listing.prefix not in FORMATS or listing.after[0] > self.library.store.change:
            raise bad_token()
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
            elements("setSpec", (spec_of(kind, name) for kind, name in sets if name)),
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


def _check_prefix(prefix: str) -> None:
    if prefix not in FORMATS:
        raise Refused("cannotDisseminateFormat", f"There is no format {prefix[:40]!r}, but {', '.join(FORMATS)}.")


def _in_datacite(record: Record, base: str, library: str) -> Markup:
    parts = element("schemaVersion", "4.6") + element("datacentreSymbol", library)
    return element(
        "oai_datacite",
        parts + element("payload", datacite.resource(record, base, library)),
        **{"xmlns": DATACITE, "xsi:schemaLocation": f"{DATACITE} {DATACITE}oai.xsd", "xmlns:xsi": XSI},
    )
