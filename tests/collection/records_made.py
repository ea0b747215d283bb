"""Records made at random, as a table could hold them."""

from __future__ import annotations

from hypothesis import strategies as st

from micrographia.collection.records import Given, Record, Term

# Everything a person may type, semicolons, quotes, backslashes and newlines more often than by chance.
_LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t")
_TEXTS = st.text(st.one_of(_LETTERS, st.sampled_from(";\\\"',\n ;")), max_size=20).map(str.strip)
_FULL = _TEXTS.filter(bool)
_NAMES = st.sampled_from(
    "organism cell_type cell_type_id cell_type_id_id imaging_mode sample sample_id image_ q_ channels_ x_id "
    "column_3 year_as_given contributor_id".split()
)
_TERMS = st.builds(Term, _FULL, st.none() | _FULL)
_LENGTHS = st.none() | st.floats(1e-6, 1e4)

RECORDS = st.builds(
    Record,
    id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,12}", fullmatch=True),
    title=_FULL,
    description=_TEXTS,
    fields=st.dictionaries(_NAMES, st.lists(_TERMS, min_size=1, max_size=4).map(tuple), max_size=5),
    contributors=st.lists(_FULL, max_size=3).map(tuple),
    licence=st.sampled_from([None, "CC0-1.0", "CC-BY-4.0", "LicenseRef-PublicDomain", "LicenseRef-ask-me"]),
    attribution=_TEXTS,
    source=_TEXTS,
    year=st.none() | st.integers(1, 9999),
    group=st.none() | _FULL,
    given=st.builds(Given, _LENGTHS, _LENGTHS, _LENGTHS, st.sampled_from([None, "TYX", "ZCYX", "YXS"])),
    visibility=st.sampled_from(["public", "hidden"]),
    added=st.sampled_from(["", "2010-11-24T12:00:00Z"]),
)
