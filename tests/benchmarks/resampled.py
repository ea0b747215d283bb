"""Libraries of any size in the proportions of real records: values mixed, words replaced by made-up ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from micrographia.collection.records import Record
from micrographia.importing.cil.importer import CellImageLibrary
from micrographia.importing.documents import Noted
from micrographia.importing.sources import opened
from micrographia.search.documents import NUMBER_FIELDS, document
from micrographia.search.folding import words
from tests.benchmarks.synthetic import SyntheticLibrary, made_words, zipf

# One value in so many is another one of its field. Each has variants in a large library, one for so many records.
_SWAPPED = 0.2
_RECORDS_A_VARIANT = 100_000


def real_records(folder: Path) -> Iterator[Record]:
    """The records of The Cell: An Image Library in a folder of test data; none where there are none."""
    source = folder / "cil" / "records.jsonl.gz"
    if not source.is_file():
        return
    importer = CellImageLibrary()
    with opened(str(source)) as documents:
        # Which records are a group is known when all have been met.
        for found in documents(_unheard):
            importer.survey(found)
    with opened(str(source)) as documents:
        for found in documents(_unheard):
            draft = importer.draft(found)
            if draft.record is not None:
                yield draft.record


def resampled_library(records: Iterable[Record], count: int, seed: int = 1) -> SyntheticLibrary:
    """A library of so many records drawn from others."""
    random = np.random.default_rng(seed)
    documents = [document(record) for record in records]
    known = Counter((value.field, value.key) for found in documents for value in found.values)
    values = sorted(known, key=lambda value: (value[0], -known[value], value[1]))
    place = {value: at for at, value in enumerate(values)}
    fields = np.array([name for name, _ in values])
    of_record = [np.array([place[value.field, value.key] for value in one.values], dtype=int) for one in documents]

    drawn = random.integers(0, len(of_record), count)
    row = np.repeat(np.arange(count), np.array([len(codes) for codes in of_record])[drawn])
    at = _mixed(random, np.concatenate([of_record[one] for one in drawn.tolist()]), fields)
    variants = max(1, count // _RECORDS_A_VARIANT)
    variant = np.where(np.isin(fields, NUMBER_FIELDS)[at], 0, zipf(random, len(at), variants))
    # A record has a value once.
    row, code = np.divmod(
        np.unique(row * np.int64(len(values) * variants) + at * variants + variant), len(values) * variants
    )

    # Only what some record has: numbers have no variants.
    used, code = np.unique(code, return_inverse=True)
    said = _translated(random, [text for _, text in values] + [one.description for one in documents])
    years = np.array([one.numbers[NUMBER_FIELDS.index("year")] for one in documents])
    return SyntheticLibrary(
        labels=[
            values[at][1] if fields[at] in NUMBER_FIELDS else f"{said[at]} {at}v{variant}"
            for at, variant in zip(*(part.tolist() for part in np.divmod(used, variants)))
        ],
        fields=fields[used // variants].tolist(),
        starts=np.concatenate(([0], np.cumsum(np.bincount(row, minlength=count)))),
        codes=code.astype(np.int32),
        years=years[drawn],
        described=drawn,
        descriptions=said[len(values) :],
    )


def _mixed(random: np.random.Generator, codes: np.ndarray, fields: np.ndarray) -> np.ndarray:
    # Values change places within their field, so that each stays as frequent as it is.
    mixed = codes.copy()
    swapped = random.random(len(codes)) < _SWAPPED
    of_field = fields[codes]
    for name in np.unique(fields):
        places = np.flatnonzero(swapped & (of_field == name))
        mixed[places] = codes[random.permutation(places)]
    return mixed


def _translated(random: np.random.Generator, texts: list[str]) -> list[str]:
    split = [words(text) for text in texts]
    ranked = [word for word, _ in Counter(word for text in split for word in text).most_common()]
    made = dict(zip(ranked, made_words(random, len(ranked)).tolist()))
    return [" ".join(made[word] for word in text) for text in split]


def _unheard(place: str, noted: Noted) -> None:
    """Told of the faults of a source."""
