"""The data of a library as JSON, for programs: ``/api/v1``. Documented in ``docs/guides/api.md`` and ``openapi.py``."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import unquote_plus

from micrographia.collection.changes import BEGIN, Position, Selection, position_text, read_position
from micrographia.collection.vocabulary.terms import OntologyTerm
from micrographia.collection.vocabulary.vocabulary import Standing
from micrographia.errors import Invalid, NotFound
from micrographia.portrait.addresses import image_address, search_address, value_address
from micrographia.search.documents import KNOWN_FIELDS, search_field
from micrographia.search.folding import fold
from micrographia.search.query import NONE, PER_PAGE, PER_PAGE_LIMIT, Query, nearest
from micrographia.search.results import FacetValue, Results
from micrographia.search.used_terms import CountedTerm
from micrographia.web import openapi
from micrographia.web.data import as_data
from micrographia.web.dates import moment
from micrographia.web.exports import ExportHandler
from micrographia.web.handlers import JsonHandler, Route, Site
from micrographia.web.openapi import CARD_FIELDS, IMAGE_FIELDS, LIMIT, MOST_CHANGES, MOST_GROUPS, MOST_VALUES, SCHEMAS

SUGGESTIONS = 10

# What a search's address says beside the search.
OWN = frozenset({"fields", "limit", "containing"})

Item = TypeVar("Item")


def api_routes(site: Site) -> list[Route]:
    """The routes to the data."""
    handlers: dict[str, type] = {
        openapi.IMAGES: ImagesHandler,
        openapi.IMAGE: ImageHandler,
        openapi.EXPORT: ExportHandler,
        openapi.FACETS: FacetsHandler,
        openapi.FACET: FacetHandler,
        openapi.TERMS: TermsHandler,
        openapi.TERM: TermHandler,
        openapi.GROUPS: GroupsHandler,
        openapi.GROUP: GroupHandler,
        openapi.SUGGEST: SuggestHandler,
        openapi.CHANGES: ChangesHandler,
        openapi.OPENAPI: OpenApiHandler,
    }
    given = {"site": site}
    found: list[Route] = [(f"{site.prefix}{_pattern(path)}", handler, given) for path, handler in handlers.items()]
    return [*found, (rf"{site.prefix}/api(?:/.*)?", NoSuchHandler, given)]


class ApiHandler(JsonHandler):
    """What the answers share: numbers within bounds, a choice of parts, pages."""

    def whole(self, name: str, default: int, limit: int = 10**9 - 1) -> int:
        """A whole number from 1 of the address."""
        # A visitor's address is mended, with a notice; a program is told at once that it has asked for nonsense.
        text = self.get_query_argument(name, str(default))
        if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= limit:
            bound = f"1 to {limit}" if limit < 10**9 - 1 else "1 on"
            raise Invalid(f"{name} is {text[:40]!r}. Give a whole number from {bound}.")
        return int(text)

    def chosen(self, known: Collection[str]) -> list[str]:
        """The names that ``fields`` gives; none of them is all."""
        names = [name.strip() for text in self.get_query_arguments("fields") for name in text.split(",")]
        for name in names:
            if name not in known:
                raise Invalid(f"There is no part {name[:40]!r} here. Known are: {', '.join(known)}.")
        return names

    def query(self) -> Query:
        """The search of the address."""
        parts = self.request.query.split("&")
        return Query.from_url(
            "&".join(part for part in parts if unquote_plus(part.partition("=")[0]).strip().lower() not in OWN)
        )

    def paged(self, items: list[Item], per_page_limit: int = PER_PAGE_LIMIT) -> tuple[dict[str, int], list[Item]]:
        """What an answer says of its pages, and the items of the page that is asked for."""
        page, per_page = self.whole("page", 1), self.whole("per_page", PER_PAGE, per_page_limit)
        start = (page - 1) * per_page
        return {"total": len(items), "page": page, "per_page": per_page}, items[start : start + per_page]

    def rows(self, results: Results) -> list[dict[str, Any]]:
        """The images of a search's page, with the parts that are asked for: those of a card, or of the whole record."""
        names = self.chosen(dict.fromkeys((*CARD_FIELDS, *IMAGE_FIELDS)))
        rows = [with_prefix(row, self.site.prefix) for row in results.rows]
        if not set(names) <= {*CARD_FIELDS}:
            rows = self._completed(rows, results.ids, [name for name in names if name not in CARD_FIELDS])
        return [only(row, names) for row in rows]

    def _completed(self, rows: list[dict[str, Any]], ids: list[str], names: list[str]) -> list[dict[str, Any]]:
        library = self.site.documents.name
        records = self.site.library.store.records(ids)
        more = {record.id: as_data(record, self.base, library, names) for record in records}
        return [row | more[row["id"]] for row in rows if row["id"] in more]


class ImagesHandler(ApiHandler):
    """``GET /api/v1/images``: a search."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Total, the images of the page, facets."""
        self.whole("page", 1)
        self.whole("per_page", PER_PAGE, PER_PAGE_LIMIT)
        if (grouped := self.get_query_argument("grouped", "0")) not in ("0", "1"):
            raise Invalid(f"grouped is {grouped[:40]!r}. Give 1 for one image of each group, or 0 for all.")
        results = self.site.library.index.search(self.query())
        return results.as_json() | {"images": self.rows(results)}


class ImageHandler(ApiHandler):
    """``GET /api/v1/images/{id}``: everything that is known of one image."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The record."""
        names = self.chosen(IMAGE_FIELDS)
        return as_data(self.site.library[parts[0]].record, self.base, self.site.documents.name, names)


class FacetsHandler(ApiHandler):
    """``GET /api/v1/facets``: the counts of a search."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Every facet with its values."""
        limit = self.whole("limit", LIMIT, MOST_VALUES)
        results = self.site.library.index.search(self.query())
        facets = [_facet(name, results.facet(name, limit=limit + 1), limit) for name in results.facet_fields]
        spans = {name: span.as_dict() for name, span in results.spans.items()}
        return _counted(results) | {"facets": facets, "spans": spans}


class FacetHandler(ApiHandler):
    """``GET /api/v1/facets/{field}``: the counts of one field of a search."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The facet."""
        name = known_field(self.site, parts[0])
        limit = self.whole("limit", LIMIT, MOST_VALUES)
        results = self.site.library.index.search(self.query())
        containing = self.get_query_argument("containing", "")[:200]
        return _counted(results) | {
            "facet": _facet(name, results.facet(name, containing=containing, limit=limit + 1), limit)
        }


class TermsHandler(ApiHandler):
    """``GET /api/v1/terms/{field}``: the values of a field in the whole library."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The page of values that is asked for."""
        name = known_field(self.site, parts[0])
        names = self.chosen(SCHEMAS["CountedTerm"]["properties"])
        text = fold(self.get_query_argument("containing", "")[:200])
        terms = [term for term in self.site.library.index.terms(name) if text in fold(term.label)]
        pages, shown = self.paged(terms)
        said = [only(term, names) for term in described_terms(self.site, name, shown, self.base)]
        return {"field": name, "label": search_field(name).label, **pages, "terms": said}


class TermHandler(ApiHandler):
    """``GET /api/v1/terms/{field}/{term}``: one term of a field, by any of its names."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The term, with its names and where it stands."""
        name = known_field(self.site, parts[0])
        names = self.chosen(SCHEMAS["CountedTerm"]["properties"])
        term = self.site.library.index.term(name, parts[1])
        if term is None:
            raise NotFound(
                f"No image has a term {parts[1][:100]!r} in {name}. /api/v1/terms/{name} lists those there are."
            )
        (said,) = described_terms(self.site, name, [term], self.base)
        return only(said, names)


class GroupsHandler(ApiHandler):
    """``GET /api/v1/groups``: the groups of the library."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The page of groups that is asked for."""
        names = self.chosen(SCHEMAS["Group"]["properties"])
        found = self.site.library.index.search(Query(per_page=1)).facet("group")
        pages, shown = self.paged([value for value in found if value.value != NONE], MOST_GROUPS)
        return {**pages, "groups": [only(self._group(value), names) for value in shown]}

    def _group(self, group: FacetValue) -> dict[str, Any]:
        query = Query(where={"group": (group.value,)}, per_page=1)
        licences = _licences(self.site.library.index.search(query))
        return {
            "name": group.value,
            "label": group.label,
            "count": group.count,
            **licences,
            "url": value_address(self.base, "group", group.value),
            "images": f"{self.base}{openapi.IMAGES}?{replace(query, per_page=PER_PAGE).to_url()}",
        }


class GroupHandler(ApiHandler):
    """``GET /api/v1/groups/{group}``: one group and its images."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The group, with the page of images that is asked for."""
        page, per_page = self.whole("page", 1), self.whole("per_page", PER_PAGE, PER_PAGE_LIMIT)
        query = Query(where={"group": (parts[0],)}, sort="added", page=page, per_page=per_page)
        results = self.site.library.index.search(query)
        if not results.total or results.query.where.get("group", (NONE,)) == (NONE,):
            raise NotFound(f"There is no group {parts[0][:100]!r}. {openapi.GROUPS} lists them.")
        name = results.query.where["group"][0]
        return {
            "name": name,
            "label": results.counts.label("group", name),
            "total": results.total,
            "page": page,
            "per_page": per_page,
            **_licences(results),
            "url": value_address(self.base, "group", name),
            "images": self.rows(results),
        }


class SuggestHandler(ApiHandler):
    """``GET /api/v1/suggest``: what a text may become."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Values of fields and images, each with the address it leads to."""
        found = self.site.library.index.suggest(self.get_query_argument("q", "")[:200], SUGGESTIONS)
        return {"suggestions": [_suggestion(one, self.site.prefix) for one in found]}


class ChangesHandler(ApiHandler):
    """``GET /api/v1/changes``: what became of each image, for harvesters."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The next changes, and where to go on."""
        limit = self.whole("limit", LIMIT, MOST_CHANGES)
        names = self.chosen(SCHEMAS["Change"]["properties"])
        store = self.site.library.store
        counter = store.change
        after, selection = self._since(counter)
        found = store.changes(after, limit + 1, selection)
        shown = found[:limit]
        end = (counter, 10**18) if selection.since else after
        said = [
            {
                "id": change.id,
                "changed": change.when,
                "status": "gone" if change.is_gone else "changed",
                "url": None if change.is_gone else f"{self.base}{openapi.IMAGES}/{change.id}",
            }
            for change in shown
        ]
        return {
            "changes": [only(change, names) for change in said],
            "counter": counter,
            "next": position_text(shown[-1].position if shown else end),
            "has_more": len(found) > limit,
        }

    def _since(self, counter: int) -> tuple[Position, Selection]:
        text = self.get_query_argument("since", "")
        if not text:
            return BEGIN, Selection()
        if (when := moment(text)) and "-" in text:
            return BEGIN, Selection(since=when)
        position = read_position(text)
        if position[0] > counter:
            raise Invalid(f"This library has counted {counter} changes, not {position[0]}. Begin again without since.")
        return position, Selection()


class OpenApiHandler(ApiHandler):
    """``GET /api/v1/openapi.json``: the description of all this."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The description."""
        return openapi.description(self.base, self.site.documents.name)


class NoSuchHandler(ApiHandler):
    """Any other address below ``/api``."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Refuse."""
        raise NotFound(f"There is no {self.request.path[:100]!r}. Its addresses begin with {openapi.IMAGES}.")


def with_prefix(row: dict[str, Any], prefix: str) -> dict[str, Any]:
    """A search's image with addresses that are good from outside of the site, too."""
    if not prefix or not row.get("thumbnail"):
        return row
    return row | {"thumbnail": prefix + row["thumbnail"]}


def only(said: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The parts of those names, all when there are none."""
    return {name: said[name] for name in names} if names else dict(said)


def known_field(site: Site, name: str) -> str:
    """The name, when a field has it; raises ``NotFound``."""
    names = [field.name for field in site.library.index.fields]
    if name not in names and name not in KNOWN_FIELDS:
        raise NotFound(f"There is no field {name[:64]!r}.{nearest(name[:64], names)}")
    return name


def described_terms(site: Site, name: str, terms: Sequence[CountedTerm], base: str) -> list[dict[str, Any]]:
    """Terms of a field with what the library's vocabulary says of them; of an id of before what it means today."""
    standings = site.library.vocabulary.standings(term.term_id for term in terms if term.term_id)
    return [_term(name, term, standings.get(term.term_id), base) for term in terms]


def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path))


def _counted(results: Results) -> dict[str, Any]:
    return {"total": results.total, "sentence": results.sentence.plain, "problems": results.problems}


def _facet(name: str, values: list[FacetValue], limit: int) -> dict[str, Any]:
    field = search_field(name)
    # Chosen values and "none" stay, as they do in Explore.
    kept = [value for at, value in enumerate(values) if at < limit or value.selected or value.value == NONE]
    said = [value.as_dict() for value in kept]
    return {
        "field": name,
        "label": field.label,
        "kind": field.kind,
        "values": said,
        "has_more": len(kept) < len(values),
    }


def _term(name: str, term: CountedTerm, standing: Standing | None, base: str) -> dict[str, Any]:
    said = {
        "value": term.value,
        "label": term.label,
        "id": term.term_id or None,
        "count": term.count,
        "count_below": term.count_below,
        "url": value_address(base, name, term.value),
    }
    if standing is None:
        # Free text, or of an ontology that this library does not know.
        nothing: dict[str, Any] = {"name": None, "synonyms": [], "ancestors": [], "children": []}
        return said | nothing | {"is_obsolete": False, "replaced_by": None}
    now = standing.term
    is_moved = now.id.lower() != term.term_id.lower()
    return said | {
        "name": now.name,
        "synonyms": [{"text": synonym.text, "kind": synonym.kind} for synonym in now.synonyms],
        "ancestors": [_named(one) for one in standing.ancestors],
        "children": [_named(one) for one in standing.children],
        "is_obsolete": is_moved or now.is_obsolete,
        "replaced_by": _named(now) if is_moved else None,
    }


def _named(term: OntologyTerm) -> dict[str, str]:
    return {"id": term.id, "name": term.name}


def _licences(results: Results) -> dict[str, Any]:
    values = [value for value in results.facet("licence") if value.count]
    said = [{"id": None if v.value == NONE else v.value, "label": v.label, "count": v.count} for v in values]
    return {"licences": said, "is_mixed": len(said) > 1}


def _suggestion(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    if found["kind"] == "image":
        return found | {"field_label": "", "url": image_address(prefix, found["value"])}
    label, rest = search_field(found["field"]).label, found.get("rest", "")
    if found["kind"] == "field":
        query = Query(f"{rest} {found['value']}")
    else:
        query = Query(rest, where={found["field"]: (found["value"],)})
    return found | {"field_label": label, "url": search_address(prefix, query)}
