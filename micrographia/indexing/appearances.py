"""The appearance of images that have none yet, from their thumbnails: no original is read again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from micrographia.collection.records import Record
from micrographia.collection.store import Store
from micrographia.imaging.appearance import METHOD, appearance
from micrographia.imaging.thumbnails import EDGES, thumbnail_path
from micrographia.search import appearances

# Descriptors are written when so many are ready, so that nobody waits for the database meanwhile.
BATCH = 256

logger = logging.getLogger(__name__)


def describe_appearances(store: Store) -> int:
    """Describe the public images that lack a descriptor and have a thumbnail; how many it were."""
    connection = store.connection()
    records = store.records(appearances.lacking(connection, METHOD))
    described = _described(records, store.folder / "cache")
    count = 0
    while batch := list(islice(described, BATCH)):
        appearances.write(connection, METHOD, batch)
        count += len(batch)
    return count


def _described(records: Iterator[Record], cache: Path) -> Iterator[tuple[str, bytes]]:
    for record in records:
        # The colours of labels are numbers, and look like nothing.
        if record.facts is None or record.facts.labels:
            continue
        try:
            picture = thumbnail_path(cache, record.facts, min(EDGES)).read_bytes()
            yield record.facts.version, appearance(picture)
        except OSError as error:
            logger.debug("The picture of %s is not described: %s", record.id, error)
