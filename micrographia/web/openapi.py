"""The description of ``/api/v1`` in OpenAPI 3.1, written once: its paths, their parameters and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from micrographia import __version__
from micrographia.collection.fields import Field
from micrographia.collection.records import ID_PATTERN
from micrographia.portrait.formats import FORMATS
from micrographia.search.documents import SEARCH_FIELDS
from micrographia.search.query import PER_PAGE, PER_PAGE_LIMIT

Schema = dict[str, Any]

LIMIT, MOST_VALUES, MOST_CHANGES, MOST_GROUPS = 100, 10_000, 1000, 100

IMAGES, IMAGE, EXPORT = "/api/v1/images", "/api/v1/images/{id}", "/api/v1/images.{format}"
FACETS, FACET = "/api/v1/facets", "/api/v1/facets/{field}"
TERMS, TERM = "/api/v1/terms/{field}", "/api/v1/terms/{field}/{term}"
GROUPS, GROUP, SUGGEST = "/api/v1/groups", "/api/v1/groups/{group}", "/api/v1/suggest"
CHANGES, OPENAPI = "/api/v1/changes", "/api/v1/openapi.json"

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
WHOLE: Schema = {"type": "integer", "minimum": 1}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _whole(properties: Schema) -> Schema:
    # Nothing may be missing where nobody chooses what is sent.
    return properties | {"required": list(properties["properties"])}


def _also(schema: Schema, **properties: Schema) -> Schema:
    # What is there only sometimes.
    return schema | {"properties": schema["properties"] | properties}


def _map(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_SIZES = _whole(_object(t=WHOLE, c=WHOLE, z=WHOLE, y=WHOLE, x=WHOLE))
_LIMITS = _or_null(_list(NUMBER) | {"minItems": 2, "maxItems": 2})
_CHANNEL = _whole(
    _object(name=TEXT, color=_or_null(TEXT), limits=_LIMITS, wavelength_nm=_or_null(NUMBER), auto=_LIMITS)
)
_PIXEL_SIZE = _whole(_object(x=_or_null(NUMBER), y=_or_null(NUMBER), z=_or_null(NUMBER)))
_PAGES = {"total": COUNT, "page": WHOLE, "per_page": WHOLE}
_LICENCE_COUNTS = {"licences": _list(_of("LicenceCount")), "is_mixed": FLAG}

SCHEMAS: dict[str, Schema] = {
    "Error": _whole(_object(error=TEXT)),
    "Card": _object(
        id=TEXT,
        title=TEXT,
        organism=_list(TEXT),
        image_type=_or_null(TEXT),
        channels=_or_null(COUNT),
        sizes=_or_null(_SIZES),
        pixel_size_um=_or_null(NUMBER),
        licence=_or_null(TEXT),
        contributors=_list(TEXT),
        year=_or_null({"type": "integer"}),
        group=_or_null(TEXT),
        version=_or_null(TEXT),
        labels=FLAG,
        colour=FLAG,
        thumbnail=_or_null(TEXT),
        group_size=WHOLE,
        matched=_of("Matched"),
    ),
    "Matched": _whole(
        _object(
            title=_list(_of("Piece")),
            values=_list(TEXT),
            description=_list(_of("Piece")),
            terms=_list(_whole(_object(value=TEXT, term=TEXT, said=TEXT))),
        )
    ),
    "Piece": _whole(_object(text=TEXT, hit=FLAG)),
    "Term": _whole(_object(text=TEXT, id=_or_null(TEXT))),
    "Facts": _whole(
        _object(
            image_type=TEXT,
            preview=FLAG,
            sizes=_SIZES,
            dtype=TEXT,
            colour=FLAG,
            labels=FLAG,
            pixel_size_um=_PIXEL_SIZE,
            frame_interval_s=_or_null(NUMBER),
            channels=_list(_CHANNEL),
            levels=_list(_list(WHOLE)),
            acquired=_or_null(TEXT),
            format=TEXT,
            content_hash=TEXT,
            version=TEXT,
        )
    ),
    "Image": _object(
        id=TEXT,
        title=TEXT,
        description=TEXT,
        description_html=TEXT,
        fields=_map(_list(_of("Term"))),
        contributors=_list(TEXT),
        licence=_or_null(_whole(_object(id=TEXT, name=TEXT, url=TEXT))),
        attribution=TEXT,
        source=TEXT,
        year=_or_null({"type": "integer"}),
        group=_or_null(TEXT),
        added=TEXT,
        changed=TEXT,
        facts=_or_null(_of("Facts")),
        findings=_list(_map(TEXT)),
        citation=_whole(_object(text=TEXT, bibtex=TEXT)),
        links=_whole(
            _object(
                page=TEXT,
                thumbnail=_or_null(TEXT),
                manifest=_or_null(TEXT),
                iiif=_or_null(TEXT),
                download=_or_null(TEXT),
                exports=_map(TEXT),
            )
        ),
    ),
    "Value": _also(_whole(_object(value=TEXT, label=TEXT, count=COUNT, selected=FLAG)), id=_or_null(TEXT)),
    "Meant": _whole(_object(text=TEXT, total=COUNT, url=TEXT)),
    "Also": _whole(_object(terms=_list(TEXT), total=COUNT, url=TEXT)),
    "Span": _whole(_object(low=NUMBER, high=NUMBER, selected=_or_null(_list(_or_null(NUMBER))))),
    "Drop": _whole(_object(field=TEXT, label=TEXT, total=COUNT, url=TEXT)),
    "Search": _also(
        _whole(
            _object(
                **_PAGES,
                sentence=TEXT,
                images=_list(_map({})),
                facets=_map(_list(_of("Value"))),
                spans=_map(_of("Span")),
                problems=_list(TEXT),
                drops=_list(_of("Drop")),
                did_you_mean=_or_null(_of("Meant")),
                also=_or_null(_of("Also")),
                rolled_up=_list(TEXT),
            )
        ),
        cards=COUNT,
        groups=COUNT,
    ),
    "Facet": _whole(
        _object(field=TEXT, label=TEXT, kind={"enum": ["terms", "number"]}, values=_list(_of("Value")), has_more=FLAG)
    ),
    "Facets": _whole(
        _object(total=COUNT, sentence=TEXT, facets=_list(_of("Facet")), spans=_map(_of("Span")), problems=_list(TEXT))
    ),
    "OneFacet": _whole(_object(total=COUNT, sentence=TEXT, facet=_of("Facet"), problems=_list(TEXT))),
    "CountedTerm": _object(
        value=TEXT,
        label=TEXT,
        id=_or_null(TEXT),
        count=COUNT,
        count_below=COUNT,
        url=TEXT,
        name=_or_null(TEXT),
        synonyms=_list(_whole(_object(text=TEXT, kind={"enum": ["exact", "narrow", "broad", "related"]}))),
        ancestors=_list(_of("NamedTerm")),
        children=_list(_of("NamedTerm")),
        is_obsolete=FLAG,
        replaced_by=_or_null(_of("NamedTerm")),
    ),
    "NamedTerm": _whole(_object(id=TEXT, name=TEXT)),
    "Terms": _whole(_object(field=TEXT, label=TEXT, **_PAGES, terms=_list(_of("CountedTerm")))),
    "LicenceCount": _whole(_object(id=_or_null(TEXT), label=TEXT, count=COUNT)),
    "Group": _object(name=TEXT, label=TEXT, count=COUNT, **_LICENCE_COUNTS, url=TEXT, images=TEXT),
    "Groups": _whole(_object(**_PAGES, groups=_list(_of("Group")))),
    "Members": _whole(_object(name=TEXT, label=TEXT, **_PAGES, **_LICENCE_COUNTS, url=TEXT, images=_list(_map({})))),
    "Suggestion": _also(
        _whole(
            _object(
                kind={"enum": ["value", "field", "image"]},
                field=TEXT,
                field_label=TEXT,
                value=TEXT,
                label=TEXT,
                count=COUNT,
                url=TEXT,
            )
        ),
        rest=TEXT,
        synonym=TEXT,
    ),
    "Suggestions": _whole(_object(suggestions=_list(_of("Suggestion")))),
    "Change": _object(id=TEXT, changed=TEXT, status={"enum": ["changed", "gone"]}, url=_or_null(TEXT)),
    "Changes": _whole(_object(changes=_list(_of("Change")), counter=COUNT, next=TEXT, has_more=FLAG)),
}

# What a search may be asked to tell of each image.
CARD_FIELDS = tuple(SCHEMAS["Card"]["properties"])
IMAGE_FIELDS = tuple(SCHEMAS["Image"]["properties"])


def _parameter(name: str, description: str, schema: Schema = TEXT, **more: Any) -> Schema:
    return {"name": name, "in": "query", "description": description, "schema": schema, **more}


def _in_path(name: str, description: str, schema: Schema = TEXT) -> Schema:
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _bounded(most: int | None = None, default: int | None = None) -> Schema:
    bounds = {"maximum": most, "default": default}
    return WHOLE | {name: value for name, value in bounds.items() if value is not None}


def _field(field: Field) -> Schema:
    said = "a value, or a range such as 2010..2015" if field.kind == "number" else "a value, or the id of a term"
    text = f"{field.label}: {said}; repeated for one of several; ~none for images without any."
    return _parameter(field.name, text, _list({"type": "string", "maxLength": 300}), style="form", explode=True)


SEARCH = (
    _parameter("q", "Words, as in the search box.", {"type": "string", "maxLength": 1000}),
    *(_field(field) for field in SEARCH_FIELDS),
)
SORT = _parameter("sort", "relevance, title, year, added, size or a field; with - before it, the other way round.")
PAGE = _parameter("page", "Which page, from 1.", _bounded(10**9 - 1, 1))
GROUPED = _parameter(
    "grouped", "1 gives of each group only its first image; the total is of all.", {"type": "integer", "enum": [0, 1]}
)
PER_PAGE_PARAMETER = _parameter("per_page", "How many on a page.", _bounded(PER_PAGE_LIMIT, PER_PAGE))
GROUPS_PER_PAGE = _parameter("per_page", "How many on a page.", _bounded(MOST_GROUPS, PER_PAGE))
CONTAINING = _parameter("containing", "Only values with this text in any part, whatever its case or accents.")
VALUES = _parameter("limit", "How many values of a field at most.", _bounded(MOST_VALUES, LIMIT))


def _fields(names: tuple[str, ...]) -> Schema:
    # A list with commas; each name is one of those.
    items = {"type": "array", "items": {"enum": list(names)}, "minItems": 1, "uniqueItems": True}
    return _parameter("fields", "Which parts to send, with commas between.", items, style="form", explode=False)


@dataclass(frozen=True)
class Operation:
    """What one path answers: a name, a sentence, its parameters, and the schema of its JSON (or the media types)."""

    path: str
    name: str
    sentence: str
    parameters: tuple[Schema, ...] = ()
    answer: str = ""
    media_types: tuple[str, ...] = ("application/json",)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        IMAGES,
        "search",
        "A search: the images of a page, and the counts of every facet.",
        (
            *SEARCH,
            SORT,
            GROUPED,
            PAGE,
            PER_PAGE_PARAMETER,
            _fields(tuple(dict.fromkeys((*CARD_FIELDS, *IMAGE_FIELDS)))),
        ),
        "Search",
    ),
    Operation(
        IMAGE,
        "image",
        "Everything that is known of one image.",
        (_in_path("id", "The id of the image.", TEXT | {"pattern": f"^{ID_PATTERN.pattern}$"}), _fields(IMAGE_FIELDS)),
        "Image",
    ),
    Operation(
        EXPORT,
        "export",
        "All images of a search, or those of some ids, as a file.",
        (
            _in_path("format", "The format of the file.", {"enum": [format.name for format in FORMATS]}),
            _parameter("id", "The id of an image; repeated for several. Then nothing is searched.", _list(TEXT)),
            *SEARCH,
            SORT,
        ),
        media_types=tuple(dict.fromkeys(format.media_type.partition(";")[0] for format in FORMATS)),
    ),
    Operation(FACETS, "facets", "The values of every facet of a search, with counts.", (*SEARCH, VALUES), "Facets"),
    Operation(
        FACET,
        "facet",
        "The values of one facet of a search, none left out below the limit.",
        (_in_path("field", "The name of the field."), *SEARCH, CONTAINING, VALUES),
        "OneFacet",
    ),
    Operation(
        TERMS,
        "terms",
        "The values of a field in the whole library, with their ids and counts.",
        (
            _in_path("field", "The name of the field."),
            CONTAINING,
            PAGE,
            PER_PAGE_PARAMETER,
            _fields(tuple(SCHEMAS["CountedTerm"]["properties"])),
        ),
        "Terms",
    ),
    Operation(
        TERM,
        "term",
        "One term of a field, with its names and what lies above and directly below it.",
        (
            _in_path("field", "The name of the field."),
            _in_path("term", "The term: its name, an id, a synonym, or an id or a name that it had before."),
            _fields(tuple(SCHEMAS["CountedTerm"]["properties"])),
        ),
        "CountedTerm",
    ),
    Operation(
        GROUPS,
        "groups",
        "The groups of images, the largest first, with the licences of their images.",
        (PAGE, GROUPS_PER_PAGE, _fields(tuple(SCHEMAS["Group"]["properties"]))),
        "Groups",
    ),
    Operation(
        GROUP,
        "group",
        "One group and its images, in the order they were added.",
        (_in_path("group", "The name of the group."), PAGE, PER_PAGE_PARAMETER, _fields(CARD_FIELDS)),
        "Members",
    ),
    Operation(
        SUGGEST,
        "suggest",
        "What a text may become while it is typed.",
        (_parameter("q", "The text.", {"type": "string", "maxLength": 200}),),
        "Suggestions",
    ),
    Operation(
        CHANGES,
        "changes",
        "What was added, changed, deleted or hidden since, in order.",
        (
            _parameter("since", "What an earlier answer called next, a counter, or a time; everything without it."),
            _parameter("limit", "How many changes at most.", _bounded(MOST_CHANGES, LIMIT)),
            _fields(tuple(SCHEMAS["Change"]["properties"])),
        ),
        "Changes",
    ),
    Operation(OPENAPI, "openapi", "This description."),
)


def description(base: str, library: str) -> dict[str, Any]:
    """The description of the API of a site.

    Parameters
    ----------
    base
        The public address of the site.
    library
        The name of the library.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": library,
            "version": __version__,
            "description": "Every image, its metadata and the search, for programs. Read-only; open to every site. "
            "A field that only this library has is a parameter of a search as well.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": base}],
        "paths": {operation.path: {"get": _operation(operation)} for operation in OPERATIONS},
        "components": {"schemas": SCHEMAS},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    schema = _of(operation.answer) if operation.answer else {}
    tag = {"schema": TEXT, "description": "Send it back as If-None-Match; then nothing is sent twice."}
    answers: dict[str, Any] = {
        "200": {
            "description": operation.sentence,
            "headers": {"ETag": tag},
            "content": {media_type: {"schema": schema} for media_type in operation.media_types},
        },
        "304": {"description": "It is as it was."},
        "400": _refusal("The request makes no sense."),
        "503": _refusal("The library is busy."),
    }
    if "{" in operation.path:
        answers["404"] = _refusal("There is no such thing, or it is hidden.")
    return {
        "operationId": operation.name,
        "summary": operation.sentence,
        "parameters": list(operation.parameters),
        "responses": answers,
    }


def _refusal(sentence: str) -> dict[str, Any]:
    return {"description": sentence, "content": {"application/json": {"schema": _of("Error")}}}
