"""What is known of one image: biology, imaging, dimensions, attribution; every term leads to its search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from micrographia.collection.excerpts import excerpt
from micrographia.collection.records import Record
from micrographia.collection.richtext import to_plain
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.portrait.addresses import image_address
from micrographia.portrait.briefs import brief
from micrographia.portrait.particulars import Fact, Value, organisms, particulars
from micrographia.widgets.placed import Placed

DESCRIPTION_LIMIT = 400
VALUES_SHOWN = 40


class Details(Placed):
    """Title, facts and terms of the chosen image; asks ``only`` (the search for one term)."""

    _script: ClassVar[str] = "widgets/details.js"


def details_answer(
    record: Record, prefix: str = "", view: str = "", vocabulary: Vocabulary | None = None, group_name: str = ""
) -> dict[str, Any]:
    """What the details show of a record, as JSON.

    Parameters
    ----------
    record
        The image.
    prefix
        The path under which the site lies.
    view
        The display state as an address writes it, for the link to the image's page.
    vocabulary
        Says what the terms of the record lie below.
    group_name
        What people call the record's group.
    """
    record = brief(record)
    groups = particulars(record, vocabulary, group_name=excerpt(group_name))
    address = image_address(prefix, record.id) + (f"?{view}" if view else "")
    return {
        "id": record.id,
        "title": record.title or record.id,
        "organism": ", ".join(value.text for value in organisms(record)),
        "description": to_plain(record.description, DESCRIPTION_LIMIT) if record.description else "",
        "links": [{"text": "Open the record", "href": address}],
        "groups": [
            {"label": heading, "facts": [_fact(fact, prefix) for fact in facts]} for heading, facts in groups.items()
        ],
    }


def _fact(fact: Fact, prefix: str) -> dict[str, Any]:
    return {
        "field": fact.values[0].field,
        "label": fact.label,
        "italic": fact.italic,
        "values": [
            {"text": value.text, "value": value.value, "id": value.title or None, "href": value.href(prefix)}
            for value in _few(fact.values)
        ],
    }


def _few(values: Sequence[Value]) -> Sequence[Value]:
    rest = len(values) - VALUES_SHOWN
    return values if rest < 2 else (*values[:VALUES_SHOWN], Value(f"{rest:,} more on the page of the record"))
