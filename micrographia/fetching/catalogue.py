"""The catalogue of published collections: what `micrographia get` knows, from ``data/collections.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from micrographia.collection.identifiers import is_id
from micrographia.errors import Invalid, LibraryError, NotFound
from micrographia.importing.addresses import checked
from micrographia.importing.assets import safe_name

# In the wheel it lies with the site, in a checkout with the other data.
_PACKAGE = Path(__file__).parent.parent
_OF_FILES = frozenset({"id", "base", "folder", "files"})
_PLACES = (_PACKAGE / "_site" / "collections.toml", _PACKAGE.parent / "data" / "collections.toml")


@dataclass(frozen=True, slots=True)
class Published:
    """One file of a collection: its name, its address, and its size and SHA-256 as it was published."""

    name: str
    address: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Item:
    """One image of a collection: its id in it, its metadata by column of the table, and its file or planes.

    ``folder`` holds the planes of an image that is a folder of them; it is empty for one file.
    """

    id: str
    cells: Mapping[str, str]
    files: tuple[Published, ...]
    folder: str = ""


@dataclass(frozen=True)
class Collection:
    """A published collection: its name on the command line, its title, where it is told of, and its images."""

    name: str
    title: str
    homepage: str
    items: tuple[Item, ...]

    @property
    def size(self) -> int:
        """How many bytes all files have together."""
        return sum(file.size for item in self.items for file in item.files)

    @property
    def licences(self) -> tuple[str, ...]:
        """The licences of the images."""
        return tuple(dict.fromkeys(item.cells.get("licence", "") for item in self.items))


def published(path: Path | None = None) -> dict[str, Collection]:
    """The collections by name.

    Parameters
    ----------
    path
        A catalogue of your own, in the form of ``data/collections.toml``.

    Raises
    ------
    Invalid
        The catalogue says something that cannot be.
    """
    path = path or next(place for place in _PLACES if place.is_file())
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return {name: _collection(name, table) for name, table in content.items()}
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The catalogue {path.name} is not TOML: {error}.") from None
    except LibraryError as error:
        raise Invalid(f"The catalogue {path.name} cannot be used: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Invalid(f"The catalogue {path.name} lacks something, or says it in another form: {error}.") from None


def named(name: str, collections: Mapping[str, Collection]) -> Collection:
    """The collection of that name; raises ``NotFound`` with the names there are."""
    if name not in collections:
        raise NotFound(f"There is no collection {name!r}. There are: {', '.join(collections)}.")
    return collections[name]


def _collection(name: str, table: Mapping[str, Any]) -> Collection:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,40}", name):
        raise Invalid(f"The name {name!r} is not of small letters, digits and hyphens.")
    items = tuple(_item(one, table) for one in table["images"])
    return Collection(name, table["title"], table["homepage"], items)


def _item(entry: Mapping[str, Any], table: Mapping[str, Any]) -> Item:
    base = entry.get("base", table["base"])
    folder = _name(entry["folder"]) if "folder" in entry else ""
    files = tuple(_file(path, size, sha256, base) for path, size, sha256 in entry["files"])
    if not files or (not folder and len(files) != 1):
        raise Invalid(f"The image {entry['id']!r} needs one file, or a folder for its files.")
    cells = {"licence": table["licence"], "attribution": table["attribution"], "source": table["homepage"]}
    cells |= {name: value for name, value in entry.items() if name not in _OF_FILES}
    if not is_id(f"{entry['id']}") or not all(isinstance(value, str) for value in cells.values()):
        raise Invalid(f"The image {entry['id']!r} needs an id that can stand in an address, and texts.")
    return Item(entry["id"], cells, files, folder)


def _file(path: str, size: int, sha256: str, base: str) -> Published:
    if not re.fullmatch(r"[0-9a-f]{64}", sha256) or size <= 0:
        raise Invalid(f"The file {path!r} needs a size and a SHA-256.")
    return Published(_name(path.rpartition("/")[2]), checked(urljoin(base, quote(path))), size, sha256)


def _name(text: str) -> str:
    if not text or safe_name(text) != text or text.startswith("."):
        raise Invalid(f"{text!r} is no file name.")
    return text
