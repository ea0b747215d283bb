"""Options that several commands share, and the kinds of what is given on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from micrographia.fetching.downloading import STANDARD
from micrographia.fetching.run import AT_ONCE

EXISTING = click.Path(exists=True, path_type=Path)
FOLDER = click.Path(path_type=Path)

LIBRARY = click.option(
    "--library", "folder", type=FOLDER, required=True, help="The library; made when it is not there."
)
LICENCE = click.option("--licence", default="", help="Of every image without one; else these are not public.")


def import_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every import has."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Write nothing; report what would be done."),
        click.option(
            "--report", type=click.Path(path_type=Path), help="Write every finding to this file, JSON lines or CSV."
        ),
    ):
        command = option(command)
    return command


def download_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that downloads."""
    for option in (
        click.option(
            "--limit-gb",
            type=click.FloatRange(0, min_open=True),
            default=STANDARD.size / 1e9,
            show_default=True,
            help="No file larger than this.",
        ),
        click.option(
            "--at-once",
            type=click.IntRange(1, 16),
            default=AT_ONCE,
            show_default=True,
            help="How many images are on their way at once.",
        ),
    ):
        command = option(command)
    return command
