"""Planes, overviews, histograms, values and thumbnails of a library's images, asked for by address.

Nothing here knows of a web server: handlers pass the address on and send the answer, and so does a notebook.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from micrographia.collection.folder import size_and_time
from micrographia.collection.records import Facts
from micrographia.errors import Invalid, NotFound, Unreadable
from micrographia.imaging import encoding
from micrographia.imaging.addresses import Address, whole
from micrographia.imaging.caches import ByteCache, OpenPool
from micrographia.imaging.display import DisplayState, manifest, resolve
from micrographia.imaging.files import content_hash, open_image
from micrographia.imaging.histograms import histogram
from micrographia.imaging.planes import WHOLE, Pixels, Projection, identity, levels_of, position
from micrographia.imaging.readers.reader import ImageFile
from micrographia.imaging.rendering import MEDIA_TYPES, View, rendered
from micrographia.imaging.thumbnails import (
    check_axis,
    kept,
    overview,
    overview_indices,
    overview_path,
    sheet,
    strip,
    strip_indices,
    thumbnail,
    thumbnail_path,
)
from micrographia.imaging.wishes import MOST_CHANNELS
from micrographia.settings import Settings

BODY_SHARE = 1 / 4
# Of so many files that changed since they were indexed, it is remembered whether their bytes did.
VERDICTS = 4096


@dataclass(frozen=True)
class Found:
    """An image of the library, as the service needs it: where its file is, its facts, and what stands beside it.

    ``axes`` are those the metadata name when the file does not; ``within`` is the folder that reading must not leave.
    ``state`` is the size and time of its files when the facts were read: as long as it holds, so does the hash.
    """

    id: str
    path: Path
    facts: Facts
    title: str = ""
    credit: str = ""
    licence: str | None = None
    alt: str = ""
    axes: str | None = None
    within: Path | None = None
    state: tuple[int, int] | None = None


@dataclass(frozen=True)
class Answer:
    """What is sent back: the bytes, their media type, a tag that changes with them, and whether they may be kept.

    ``immutable`` answers lie at an address with a version: they never change.
    """

    body: bytes
    media_type: str
    immutable: bool = True
    gzipped: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""


class PixelService:
    """Pixels of the images of one library, from bounded memory; safe to ask from several threads.

    Parameters
    ----------
    find
        Gives the image of an id; raises ``NotFound``.
    cache_dir
        Folder for pyramids, overviews and thumbnails; what is in it can be deleted at any time.
    settings
        Bounds of memory and of open files.
    opener
        Opens an image file.
    """

    def __init__(
        self,
        find: Callable[[str], Found],
        cache_dir: Path,
        settings: Settings | None = None,
        *,
        opener: Callable[..., ImageFile] = open_image,
    ) -> None:
        settings = settings or Settings()
        memory = settings.plane_cache_mb << 20
        self._find = find
        self._cache = Path(cache_dir)
        self._opener = opener
        self._files: OpenPool[Pixels] = OpenPool(settings.open_files, lambda pixels: pixels.places)
        self._planes: ByteCache[np.ndarray] = ByteCache(int(memory * (1 - BODY_SHARE)), lambda plane: plane.nbytes)
        self._same: ByteCache[bool] = ByteCache(VERDICTS, lambda _: 1)
        self._bodies: ByteCache[Answer] = ByteCache(int(memory * BODY_SHARE), lambda answer: len(answer.body) + 200)

    def answer(self, address: str, *, gzip: bool = False, prefix: str = "") -> Answer:
        """The answer to an address such as ``/pixels/cells/0123456789abcdef/0/0/7/0/0?c=0,1``.

        Parameters
        ----------
        address
            Path and query, without the site's prefix.
        gzip
            Whether the asker takes compressed bytes.
        prefix
            The site's prefix, for the addresses in a manifest.

        Raises
        ------
        NotFound
            There is no such image, version, plane or tile.
        Invalid
            A parameter says something that cannot be.
        Unreadable
            The image's file cannot be read.
        """
        asked = Address.parse(address)
        if asked.kind == "manifest":
            return _tagged(_json_answer(self.manifest(asked.image, prefix), immutable=False))
        found = self._found(asked)
        make = getattr(self, f"_answer_{asked.kind}")
        key = (identity(found.facts), asked.kind, asked.parts, tuple(sorted(asked.parameters.items())), gzip)
        return self._bodies.get(key, lambda: _tagged(make(found, asked, gzip), key))

    def manifest(self, record_id: str, prefix: str = "") -> dict[str, Any]:
        """What the player is given of an image."""
        found = self._find(record_id)
        return manifest(
            found.id,
            found.facts,
            levels_of(found.facts),
            title=found.title,
            credit=found.credit,
            licence=found.licence,
            alt=found.alt,
            prefix=prefix,
        )

    def is_quick(self, address: str) -> bool:
        """Whether the answer needs no pyramid, projection, overview or thumbnail to be made first."""
        asked = Address.parse(address)
        if asked.kind in ("manifest", "value"):
            return True
        found = self._found(asked)
        if asked.kind == "thumbnails":
            return self._thumbnail_path(found, asked).exists()
        if asked.kind == "overview":
            return all(self._overview_path(found, asked, c).exists() for c in _wanted(asked, found.facts).values())
        level, t, z = self._plane_asked(found, asked)
        if isinstance(z, Projection):
            return False
        with self._open(found) as pixels:
            return all(pixels.is_ready(level, t, z, c) for c in _wanted(asked, found.facts).values())

    def tile(
        self, found: Found, level: int, t: int, z: int | Projection, row: int, col: int, c: int | None
    ) -> np.ndarray:
        """The samples of one tile, from memory when they were asked for lately; not to be written to."""

        def read() -> np.ndarray:
            with self._open(found) as pixels:
                plane = pixels.tile(level, t, z, row, col, c)
            plane.flags.writeable = False
            return plane

        return self._planes.get((identity(found.facts), level, t, z, row, col, c), read)

    def picture(self, record_id: str, view: View) -> Answer:
        """A part of a plane as a picture file, as it is shown by default.

        Raises
        ------
        NotFound
            There is no such image or plane.
        Unreadable
            The image's file cannot be read.
        """
        found = self._find(record_id)

        def make() -> Answer:
            with self._open(found) as pixels:
                return Answer(rendered(pixels, view), MEDIA_TYPES[view.format], immutable=False)

        # The channels say how it is displayed.
        key = identity(found.facts), "picture", found.facts.channels, view
        return self._bodies.get(key, make)

    def close(self) -> None:
        """Close every file and forget every plane."""
        self._files.close()
        self._planes.clear()
        self._bodies.clear()

    def _found(self, asked: Address) -> Found:
        found = self._find(asked.image)
        version = asked.version or asked.parameters.get("v") or found.facts.version
        if version != found.facts.version:
            raise NotFound(f"The image {asked.image!r} has no version {version[:40]!r} any more. Load the page again.")
        return found

    @contextmanager
    def _open(self, found: Found) -> Iterator[Pixels]:
        state = _state(found)
        with self._files.use((found.path, *state, identity(found.facts)), partial(self._opened, found)) as pixels:
            yield pixels
        if _state(found) != state:
            # What was read meanwhile may be of either file.
            raise _changed(found)

    def _opened(self, found: Found) -> Pixels:
        file = self._opener(found.path, axes=found.axes, within=found.within)
        try:
            if _shape(file.facts) != _shape(found.facts) or not self._is_same(found, file):
                raise _changed(found)
        except BaseException:
            file.close()
            raise
        return Pixels(file, self._cache, found.facts)

    def _is_same(self, found: Found, file: ImageFile) -> bool:
        """Whether the bytes are those of the version; they are only read when size or time are not as they were."""
        state = size_and_time(file.files or (found.path,), found.within)
        if found.state is None or found.state == state:
            return True
        known = found.facts.content_hash
        return self._same.get(
            (found.path, state, known), lambda: content_hash(found.path, file.files, found.within) == known
        )

    def _plane_asked(self, found: Found, asked: Address) -> tuple[int, int, int | Projection]:
        """The level, time and slice or projection; a histogram takes the largest level that is a single tile."""
        if asked.kind == "histogram":
            levels = levels_of(found.facts)
            level = next(number for number, at in enumerate(levels) if max(at.y, at.x) <= WHOLE)
            return level, asked.whole(0, "t"), position(asked.parts[1], found.facts.sizes.z)
        return asked.whole(0, "level"), asked.whole(1, "t"), position(asked.parts[2], found.facts.sizes.z)

    def _answer_pixels(self, found: Found, asked: Address, gzip: bool) -> Answer:
        level, t, z = self._plane_asked(found, asked)
        row, col = asked.whole(3, "row"), asked.whole(4, "col")
        wanted = _wanted(asked, found.facts)
        quality = asked.choice("q", ("preview", "exact"))
        windows = _windows(asked, found.facts, z, wanted)
        planes = {name: self.tile(found, level, t, z, row, col, c) for name, c in wanted.items()}
        if quality == "preview" and not found.facts.labels:
            return Answer(encoding.preview(planes, windows), encoding.MEDIA_TYPE)
        # The numbers of labels mean nothing when they are averaged: they only ever go exactly.
        body = encoding.exact(planes)
        body, gzipped = encoding.gzip_when_it_pays(body) if gzip else (body, False)
        return Answer(body, encoding.MEDIA_TYPE, gzipped=gzipped)

    def _answer_histogram(self, found: Found, asked: Address, gzip: bool) -> Answer:
        level, t, z = self._plane_asked(found, asked)
        channels = [
            {"c": name, **histogram(self.tile(found, level, t, z, 0, 0, c))}
            for name, c in _wanted(asked, found.facts).items()
        ]
        return _json_answer({"exact": level == 0, "channels": channels})

    def _answer_value(self, found: Found, asked: Address, gzip: bool) -> Answer:
        t, z = asked.whole(0, "t"), position(asked.parts[1], found.facts.sizes.z)
        y, x = whole(asked.parts[2], "y"), whole(asked.parts[3], "x")
        sizes = found.facts.sizes
        if y >= sizes.y or x >= sizes.x:
            raise NotFound(f"There is no pixel at y = {y}, x = {x}. The image is {sizes.y} high and {sizes.x} wide.")
        edge = levels_of(found.facts)[0].tile
        channels = [None] if found.facts.colour else range(min(sizes.c, MOST_CHANNELS))
        samples = [self.tile(found, 0, t, z, y // edge, x // edge, c)[y % edge, x % edge] for c in channels]
        values = [_plain(value) for sample in samples for value in np.atleast_1d(sample)]
        return _json_answer({"values": values})

    def _answer_overview(self, found: Found, asked: Address, gzip: bool) -> Answer:
        wanted = _wanted(asked, found.facts)
        stacks = {name: self._overview(found, asked, c) for name, c in wanted.items()}
        axis, at = asked.parts[0], asked.whole(1, "position")
        windows = _windows(asked, found.facts, at if axis == "t" else None, wanted)
        height, width = next(iter(stacks.values())).shape[1:3]
        sheets = {name: sheet(frames) for name, frames in stacks.items()}
        planes = {name: picture for name, (picture, _) in sheets.items()}
        indices = overview_indices(found.facts, axis)
        columns = next(iter(sheets.values()))[1]
        extra = {"y": height, "x": width, "frames": len(indices), "columns": columns, "indices": indices}
        if found.facts.labels:
            return Answer(encoding.exact(planes, **extra), encoding.MEDIA_TYPE)
        return Answer(encoding.preview(planes, windows, **extra), encoding.MEDIA_TYPE)

    def _overview(self, found: Found, asked: Address, c: int | None) -> np.ndarray:
        def make() -> bytes:
            stream = io.BytesIO()
            with self._open(found) as pixels:
                frames = overview(pixels.file, found.facts, asked.parts[0], asked.whole(1, "position"), c)
            np.save(stream, frames, allow_pickle=False)
            return stream.getvalue()

        data = kept(self._overview_path(found, asked, c), make)
        return np.load(io.BytesIO(data), allow_pickle=False)

    def _overview_path(self, found: Found, asked: Address, c: int | None) -> Path:
        axis, at = check_axis(found.facts, asked.parts[0]), asked.whole(1, "position")
        other, size = ("z", found.facts.sizes.z) if axis == "t" else ("t", found.facts.sizes.t)
        if at >= size:
            raise NotFound(f"There is no {other} = {at}. It counts from 0 to {size - 1}.")
        return overview_path(self._cache, found.facts, axis, at, c)

    def _answer_thumbnails(self, found: Found, asked: Address, gzip: bool) -> Answer:
        edge, axis = whole(asked.parameters.get("s", "256"), "s"), asked.parameters.get("axis", "")

        def make() -> bytes:
            with self._open(found) as pixels:
                if axis:
                    return strip(pixels.file, found.facts, axis, edge)
                return thumbnail(pixels.file, found.facts, edge)

        body = kept(self._thumbnail_path(found, asked), make)
        headers = {"X-Frames": str(len(strip_indices(found.facts, axis)))} if axis else {}
        return Answer(body, "image/webp", immutable="v" in asked.parameters, headers=headers)

    def _thumbnail_path(self, found: Found, asked: Address) -> Path:
        edge, axis = whole(asked.parameters.get("s", "256"), "s"), asked.parameters.get("axis", "")
        if axis:
            check_axis(found.facts, axis)
        return thumbnail_path(self._cache, found.facts, edge, axis)


def _state(found: Found) -> tuple[int, int]:
    try:
        status = found.path.stat()
    except OSError as error:
        raise NotFound(f"The file of {found.id!r} is not where it was. Index the library again.") from error
    return status.st_mtime_ns, status.st_size


def _changed(found: Found) -> Unreadable:
    return Unreadable(f"The file of {found.id!r} has changed since it was indexed. Index the library again.")


def _shape(facts: Facts) -> tuple:
    return facts.sizes, facts.dtype, facts.colour, facts.levels


def _wanted(asked: Address, facts: Facts) -> dict[int | str, int | None]:
    """The names of the asked parts, and the channels they are read from; those shown by default when none is named."""
    names = asked.channels()
    if facts.colour:
        if names not in (None, ("rgb",), ("0",)):
            raise Invalid("The image is in colour and has no channels. Leave c out, or give c=rgb.")
        return {"rgb": None}
    if names is None:
        return {c: c for c in resolve(DisplayState(), facts).shown}
    numbers = [whole(name, "c") for name in names]
    missing = [c for c in numbers if c >= facts.sizes.c]
    if missing:
        raise NotFound(f"There is no channel {missing[0]}. They count from 0 to {facts.sizes.c - 1}.")
    return {c: c for c in numbers}


def _windows(
    asked: Address, facts: Facts, z: int | Projection | None, wanted: Mapping[int | str, int | None]
) -> dict[int | str, tuple[float, float]]:
    given = asked.windows()
    if given is None:
        display = resolve(DisplayState(z=str(z) if isinstance(z, Projection) else z), facts)
        return {name: display.channels[c or 0].limits for name, c in wanted.items()}
    if len(given) != len(wanted):
        raise Invalid(f"w has {len(given)} windows for {len(wanted)} channels. Give one for each.")
    return dict(zip(wanted, given, strict=True))


def _plain(value: np.generic) -> float | int | None:
    number = value.item()
    return number if math.isfinite(number) else None


def _tagged(answer: Answer, key: tuple = ()) -> Answer:
    """The answer with its tag; large bodies are not read again for that, as their key says what they hold."""
    text = repr(key).encode() if answer.immutable else answer.body
    return replace(answer, etag=f'"{hashlib.blake2b(text, digest_size=16).hexdigest()}"')


def _json_answer(data: Mapping[str, Any], *, immutable: bool = True) -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False, allow_nan=False).encode(), "application/json", immutable)
