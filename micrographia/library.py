"""A library: one folder opened. What pages, endpoints, the command line and notebooks hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import numpy as np

from micrographia.collection.records import Facts, Record
from micrographia.collection.store import Store
from micrographia.errors import NotFound
from micrographia.imaging.display import DisplayState
from micrographia.imaging.service import Found, PixelService
from micrographia.search.index import Results, SearchIndex
from micrographia.search.query import Query
from micrographia.search.text import TextIndex
from micrographia.settings import Settings


class Library:
    """One library folder, opened: its records, its search and its pixels.

    Parameters
    ----------
    folder
        A folder with a ``library.db``, as ``micrographia index`` makes it.
    settings
        Cache sizes and threads; the environment's when not given.

    Raises
    ------
    NotFound
        There is no library in that folder.
    """

    def __init__(self, folder: Path | str, settings: Settings | None = None) -> None:
        self.folder = Path(folder)
        self.settings = settings or Settings.from_environment()
        self.store = Store.open(self.folder, observers=(TextIndex(),))

    @classmethod
    def open(cls, folder: Path | str, settings: Settings | None = None) -> Library:
        """The library in ``folder``."""
        return cls(folder, settings)

    @property
    def name(self) -> str:
        """The name people know the library by: its folder's."""
        return self.folder.resolve().name

    @cached_property
    def index(self) -> SearchIndex:
        """The search over the public records; it follows every change of the store by itself."""
        return SearchIndex(self.store)

    @cached_property
    def pixels(self) -> PixelService:
        """Planes, tiles, histograms and thumbnails of the public records."""
        return PixelService(self._find, self.folder / "cache", self.settings)

    def search(
        self,
        words: str = "",
        *,
        sort: str = "",
        page: int = 1,
        per_page: int = 50,
        **where: str | int | list[str] | list[int],
    ) -> Results:
        """The images that match words and field values.

        Parameters
        ----------
        words
            Text as in the search box: ``mitosis -yeast "spindle pole" organism:human``.
        sort, page, per_page
            The order of the hits, and which part of them ``results.rows`` holds; ``results.table`` has them all.
        **where
            One value or a list of values for any field: ``organism=["Homo sapiens"]``.
        """
        values = {name: _as_values(value) for name, value in where.items()}
        return self.index.search(Query(text=words, where=values, sort=sort, page=page, per_page=per_page))

    def __getitem__(self, record_id: str) -> Image:
        """The image of that id; raises ``NotFound`` when there is none, or none that is public."""
        record = self.store.get(record_id)
        if record.visibility != "public":
            raise NotFound(f"There is no image {record_id!r} in this library. Search for it, or check the id.")
        return Image(self, record)

    def __iter__(self) -> Iterator[str]:
        return iter(self.store.ids())

    def __len__(self) -> int:
        return self.store.count()

    def __contains__(self, record_id: object) -> bool:
        try:
            self[str(record_id)]
        except NotFound:
            return False
        return True

    def __repr__(self) -> str:
        return f"<Library {self.name!r}: {len(self)} images>"

    def close(self) -> None:
        """Close every file and the store."""
        if "pixels" in self.__dict__:
            self.pixels.close()
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _find(self, record_id: str) -> Found:
        return self[record_id].found


class Image:
    """One image of a library: what is known of it, and its true pixel values."""

    def __init__(self, library: Library, record: Record) -> None:
        self.library = library
        self.record = record

    @property
    def id(self) -> str:
        """The record's id."""
        return self.record.id

    @property
    def facts(self) -> Facts:
        """What its file says: axes, samples, calibration, channels; raises ``NotFound`` without a readable file."""
        if self.record.facts is None:
            raise NotFound(f"The image {self.id!r} has no pixels in this library: {self._why_no_pixels()}")
        return self.record.facts

    def _why_no_pixels(self) -> str:
        errors = [finding.message for finding in self.record.findings if finding.severity == "error"]
        return errors[0] if errors else "no file was given."
