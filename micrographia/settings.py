"""Every setting of a Micrographia site: name, default and help, in one table.

A setting is read from the environment as ``MICROGRAPHIA_<NAME>``; command-line options go before it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from dataclasses import field as _field
from pathlib import Path

from micrographia.errors import Invalid


def _setting(default: object, help: str):
    return _field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """The settings of one site; each field's metadata holds its help text."""

    library: Path = _setting(Path("demo-library"), "Folder of the library that is served.")
    host: str = _setting("localhost", "Name or address to listen on; 0.0.0.0 for every network interface.")
    port: int = _setting(5006, "Port to listen on.")
    prefix: str = _setting("", "Path under which the site lies behind a proxy, such as /cells.")
    site_url: str = _setting("", "Public address of the site, for citations and feeds; the request's when empty.")
    contact: str = _setting("", "E-mail address of whoever runs the site, for those who harvest it.")
    plane_cache_mb: int = _setting(512, "Memory for decoded planes and tiles, in MB, for one process.")
    open_files: int = _setting(64, "How many image files are kept open at once.")
    pixel_threads: int = _setting(4, "Threads that read and encode pixels.")
    zip_images: int = _setting(100, "Of how many images the files are sent in one zip, at most.")
    zip_mb: int = _setting(4000, "How many MB of files are sent in one zip, at most.")
    log_level: str = _setting("WARNING", "How much is written to the log: DEBUG, INFO, WARNING or ERROR.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **given: object) -> Settings:
        """The settings from the environment, with those that are given (and not ``None``) put on top."""
        environment = os.environ if environment is None else environment
        values: dict[str, object] = {}
        for entry in fields(cls):
            text = environment.get(f"MICROGRAPHIA_{entry.name.upper()}")
            if text is not None:
                values[entry.name] = _parse(entry.name, text, type(entry.default))
        values.update({name: value for name, value in given.items() if value is not None})
        return cls(**values)  # type: ignore[arg-type]


def _parse(name: str, text: str, kind: type) -> object:
    if kind is not int:
        return Path(text) if issubclass(kind, Path) else text
    try:
        return int(text)
    except ValueError:
        raise Invalid(f"The setting {name} is {text!r}, which is not a number. Give a whole number.") from None
