"""The command line: what `micrographia --help` lists. One module for each kind of command."""

from __future__ import annotations

import logging

import click

from micrographia import __version__
from micrographia.commands.fetching import fetch_command, get_command
from micrographia.commands.images import demo, index_command, info
from micrographia.commands.importing import import_group, originals
from micrographia.commands.searching import search, table
from micrographia.commands.sentences import Sentences
from micrographia.commands.serving import make_ready, serve
from micrographia.commands.vocabularies import vocabulary
from micrographia.settings import Settings

__all__ = ["cli", "make_ready"]


@click.group(cls=Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="micrographia")
def cli() -> None:
    """An open library of cell images: make one from a folder, search it, serve it."""
    logging.basicConfig(level=Settings.from_environment().log_level, format="%(levelname)s %(name)s: %(message)s")


for command in (
    *(demo, info, index_command),
    *(import_group, originals, fetch_command, get_command),
    *(vocabulary, search, table, serve),
):
    cli.add_command(command)
