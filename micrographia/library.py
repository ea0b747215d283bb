"""A library: one folder opened. What pages, endpoints, the command line and notebooks hold."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import holoviews as hv
import numpy as np

from micrographia.collection.excerpts import CREDIT_LIMIT, TITLE_LIMIT, excerpt
from micrographia.collection.records import Facts, Record
from micrographia.collection.store import Store
from micrographia.collection.vocabulary.vocabulary import Vocabulary
from micrographia.errors import LibraryError, NotFound
from micrographia.imaging.elements import elements
from micrographia.imaging.files import ImageFile, open_image
from micrographia.imaging.service import Found, PixelService
from micrographia.player.notebook import View
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
    def vocabulary(self) -> Vocabulary:
        """The terms of the ontologies that were loaded: their names, synonyms, and what lies above and below."""
        return Vocabulary(self.store)

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
            Text as in the search box: ``mitosis -yeast "spindle pole" organism:sapiens``.
        sort, page, per_page
            The order of the hits, and which part of them ``results.rows`` holds; ``results.table`` has them all.
        **where
            One value or a list of values for any field: ``organism=["Homo sapiens"]``.
        """
        values = {name: _as_values(value) for name, value in where.items()}
        found = self.index.search(Query(text=words, where=values, sort=sort, page=page, per_page=per_page))
        return replace(found, picture=self._picture)

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

    def _repr_html_(self) -> str:
        return f"<p><strong>{html.escape(self.name)}</strong></p>{self.search()._repr_html_()}"

    def close(self) -> None:
        """Close every file and the store."""
        if "pixels" in self.__dict__:
            self.pixels.close()
        self.store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _picture(self, row: Mapping[str, Any]) -> bytes:
        """A small picture (WebP) of a row of results; empty when there is none."""
        try:
            return self.pixels.answer(f"{row['thumbnail']}&s=256").body if row["thumbnail"] else b""
        except LibraryError:
            return b""

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
            raise NotFound(f"There is no picture of {self.id!r} here: {self._why_no_pixels()}")
        return self.record.facts

    @property
    def path(self) -> Path:
        """Where its file, or its folder of planes, lies; raises ``NotFound`` when the record has none."""
        if self.record.file is None:
            raise NotFound(f"There is no picture of {self.id!r} here: {self._why_no_pixels()}")
        return Path(self.record.file.source, self.record.file.path)

    @property
    def found(self) -> Found:
        """What the pixel service needs to know of it."""
        record = self.record
        return Found(
            id=record.id,
            path=self.path,
            facts=self.facts,
            title=(title := excerpt(record.title, TITLE_LIMIT)),
            credit=excerpt(record.credit, CREDIT_LIMIT),
            licence=record.licence,
            alt=title,
            axes=record.given.axes,
            within=Path(record.file.source) if record.file else None,
            state=(record.file.size, record.file.modified_ns) if record.file else None,
        )

    @cached_property
    def file(self) -> ImageFile:
        """The image file, open for reading."""
        found = self.found
        return open_image(found.path, axes=found.axes, within=found.within)

    def plane(self, t: int = 0, z: int = 0, c: int | None = 0) -> np.ndarray:
        """One plane in the file's own numbers.

        Parameters
        ----------
        t, z, c
            Time point, slice and channel, from 0; ``c=None`` gives all samples of a colour image.

        Returns
        -------
        numpy.ndarray
            Shape (y, x), or (y, x, 3) for ``c=None``, in the sample type of the file.

        Raises
        ------
        NotFound
            There is no such plane.
        Unreadable
            The file has become unreadable.
        """
        return self.file.read(t=t, z=z, c=c)

    def view(self, channels: str | None = None, **state: Any) -> View:
        """The player for a notebook, without a server.

        Parameters
        ----------
        channels
            The channels to show, by name or number, with colours: ``"dna:cyan,tubulin:magenta"``.
        **state
            Parts of the display state: ``t=3``, ``z="max"``, ``mode="grey"``.
        """
        return View(self.library.pixels, self.id, channels=channels, **state)

    def holoviews(self) -> hv.Image | hv.RGB | hv.DynamicMap:
        """The planes as HoloViews elements in raw units, in µm when calibrated, with sliders for t, z and channel."""
        return elements(self.plane, self.facts)

    def __repr__(self) -> str:
        return f"<Image {self.id!r}: {self.record.title}>"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.view()._repr_mimebundle_(**options)

    def _why_no_pixels(self) -> str:
        errors = [finding.message for finding in self.record.findings if finding.severity == "error"]
        return errors[0] if errors else "its file is not in this library, only what is known of it."


def _as_values(value: str | int | Iterable[str | int]) -> tuple[str, ...]:
    several = [value] if isinstance(value, str | int) else value
    return tuple(str(one) for one in several)
