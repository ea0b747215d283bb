"""A folder of images as people keep it: its table, the files a table names, and what is odd about its names."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

from micrographia.collection.findings import Finding

TABLE_NAMES = ("metadata.csv", "metadata.tsv")

# A folder with a file of this name is passed over, with all that is in it.
NOT_INDEXED = ".noindex"

# Folders within folders are walked so far; deeper ones are a circle or a slip.
DEPTH_LIMIT = 32


def table_of(folder: Path) -> Path | None:
    """The metadata table of a folder, however its name is capitalised."""
    try:
        names = {name.casefold(): name for name in sorted(os.listdir(folder), reverse=True)}
    except OSError:
        return None
    return next((folder / names[name] for name in TABLE_NAMES if name in names), None)


def place_of(source: Path, named: str) -> tuple[str, Finding | None]:
    """Where in ``source`` a file lies that a table names, and why it is not read; no place for one outside of it.

    Parameters
    ----------
    source
        The folder that nothing is read outside of, resolved.
    named
        The path as written in the table, relative to the folder, with slashes of either kind.
    """
    for text in dict.fromkeys((named, named.strip(), *_spellings(named.strip()))):
        if PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive or PureWindowsPath(text).root:
            return _outside(named, "is absolute")
        place = os.path.normpath(text)
        if place.split(os.sep)[0] == os.pardir:
            return _outside(named, "leads out of the folder of the table")
        if os.path.lexists(source / place):
            return _inside(source, place, named)
    place = Path(os.path.normpath(named.strip().replace("\\", "/"))).as_posix()
    message = f"The file {named.strip()!r} is missing: it is not in the folder of the table."
    return place, Finding("error", "file", message, "Put the file there, or correct its name, and index again.")


def regular_files(folder: Path, within: Path | None = None) -> Iterator[Path]:
    """The files under a folder; what is none (a pipe, a device), or a link out of ``within``, is left out.

    Parameters
    ----------
    folder
        The folder that is walked; links to folders are not followed.
    within
        What links may lead to; the folder itself when not given.
    """
    root = os.path.realpath(within or folder)
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            if _is_regular(path, root):
                yield Path(path)


def size_and_time(files: Iterable[Path], within: Path | None = None) -> tuple[int, int]:
    """The bytes of all files together, those within folders too, and the latest of their modification times in ns."""
    size = latest = 0
    for path in files:
        for state in _states(path, within):
            size += state.st_size
            latest = max(latest, state.st_mtime_ns)
    return size, latest


def is_text(name: str) -> bool:
    """Whether a file name is valid text, which can be written into a table or an address."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str) -> str:
    """A file name as it can be shown on one line, whatever is in it."""
    text = name.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def odd_names(source: Path) -> Iterator[tuple[str, Finding]]:
    """What under a folder is not walked or not read because of its name, its rights or where it leads."""
    problems: list[tuple[str, Finding]] = []

    def note(error: OSError) -> None:
        message = f"The folder cannot be read: {error.strerror}."
        problems.append((str(error.filename), Finding("error", "file", message, "Check its rights.")))

    for folder, folders, files in os.walk(source, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if folders and len(Path(folder).relative_to(source).parts) >= DEPTH_LIMIT:
            message = f"It holds folders more than {DEPTH_LIMIT} deep, which were not read."
            problems.append((folder, Finding("error", "file", message, "Index the folder that holds them.")))
            folders.clear()
        for name in (*folders, *sorted(files)):
            finding = None if name.startswith(".") else _oddity(Path(folder, name), source)
            if finding is not None:
                problems.append((os.path.join(folder, name), finding))
    yield from ((os.path.relpath(path, source), finding) for path, finding in problems)


def _oddity(path: Path, source: Path) -> Finding | None:
    if not is_text(path.name):
        return Finding("error", "file", "The name is not valid UTF-8; it was not read.", "Rename it.")
    if not path.name.isprintable():
        return Finding("warning", "file", "The name holds a newline or another control character.", "Rename it.")
    if not path.is_symlink():
        return None if path.is_file() or path.is_dir() else _no_file()
    target = os.path.realpath(path)
    if not os.path.exists(path):
        return Finding("error", "file", "The link leads nowhere or in a circle; it was not read.", "Remove the link.")
    if Path(target) != source and not Path(target).is_relative_to(source):
        message = "The link leads out of the folder; it was not read."
        return Finding("error", "file", message, "Put the file itself there, or index the folder that holds it.")
    if not os.path.isfile(path) and not os.path.isdir(path):
        return _no_file()
    if os.path.isdir(path):
        return Finding("note", "file", "The link to a folder was not followed.", "The folder is read where it lies.")
    return None


def _no_file() -> Finding:
    message = "It is a pipe, a socket or a device and no file; it was not read."
    return Finding("error", "file", message, "Take it out of the folder.")


def _spellings(named: str) -> list[str]:
    # Tables come from Windows, and names from Macs, where letters and their accents are kept apart.
    slashes = named.replace("\\", "/")
    return [slashes, unicodedata.normalize("NFC", slashes), unicodedata.normalize("NFD", slashes)]


def _inside(source: Path, place: str, named: str) -> tuple[str, Finding | None]:
    real = Path(os.path.realpath(source / place))
    if real != source and not real.is_relative_to(source):
        return _outside(named, "is a link that leads out of the folder of the table")
    if real == source:
        return _outside(named, "is the whole folder of the table")
    return Path(place).as_posix(), None


def _outside(named: str, why: str) -> tuple[str, Finding]:
    message = f"The file {named.strip()!r} {why}; it was not read."
    return "", Finding("error", "file", message, "Give the path of a file or folder within the folder of the table.")


def _is_regular(path: str, root: str) -> bool:
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            return os.path.isfile(path) and Path(os.path.realpath(path)).is_relative_to(root)
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def _states(path: Path, within: Path | None) -> Iterator[os.stat_result]:
    for file in regular_files(path, within) if os.path.isdir(path) else (path,):
        try:
            yield file.stat()
        except OSError:
            # Gone since it was listed: that is noticed when it is opened.
            continue
