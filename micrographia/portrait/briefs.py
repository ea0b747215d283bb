"""Briefs: a record with no more of each of its texts than a page has room for.

All of a record is in its data, in the exports and in the download of metadata; a page that shows a brief says so.
"""

from __future__ import annotations

from dataclasses import replace

from micrographia.collection.excerpts import CREDIT_LIMIT, TITLE_LIMIT, excerpt
from micrographia.collection.records import Record, Term
from micrographia.search.documents import VALUE_LIMIT

DESCRIPTION_LIMIT = 50_000
NAME_LIMIT = 200

# Who is named in a citation; of more the number.
NAMED = 100

# Of a value a little more than is shown, so that it is seen to be cut, and enough that its search finds it.
_VALUE_LIMIT = 2 * VALUE_LIMIT


def brief(record: Record) -> Record:
    """The record with its texts cut."""
    return replace(
        record,
        title=excerpt(record.title, TITLE_LIMIT),
        description=_beginning(record.description, DESCRIPTION_LIMIT),
        fields={name: tuple(map(_term, terms)) for name, terms in record.fields.items()},
        contributors=tuple(excerpt(name, NAME_LIMIT) for name in record.contributors),
        attribution=excerpt(record.attribution, CREDIT_LIMIT),
        source=_beginning(record.source, CREDIT_LIMIT),
        group=record.group[:_VALUE_LIMIT] if record.group else record.group,
        licence=record.licence[:_VALUE_LIMIT] if record.licence else record.licence,
    )


def is_cut(record: Record) -> bool:
    """Whether a page shows less than all of a record's texts."""
    texts = [term.text for terms in record.fields.values() for term in terms]
    return (
        len(record.title) > TITLE_LIMIT
        or len(record.description) > DESCRIPTION_LIMIT
        or max(map(len, (record.attribution, record.source))) > CREDIT_LIMIT
        or any(len(text) > VALUE_LIMIT for text in (*texts, record.group or "", record.licence or ""))
        or any(len(name) > NAME_LIMIT for name in record.contributors)
        or len(record.contributors) > NAMED
    )


def cited(record: Record) -> Record:
    """The record with as many contributors as a citation names, and how many others there are; of terms as many."""
    others = len(record.contributors) - NAMED
    names = (*record.contributors[:NAMED], f"{others:,} others") if others > 1 else record.contributors
    return replace(record, contributors=names, fields={name: terms[:NAMED] for name, terms in record.fields.items()})


def _beginning(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _term(term: Term) -> Term:
    term_id = term.id[:_VALUE_LIMIT] if term.id else term.id
    return Term(term.text[:_VALUE_LIMIT], term_id)
