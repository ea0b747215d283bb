"""Exceptions of the library as the sentences they are: what went wrong ends a command with one line."""

from __future__ import annotations

import errno

import click

from micrographia.errors import LibraryError


class Sentences(click.Group):
    """Shows the library's exceptions as the sentences they are."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; an exception of the library ends it with its sentence and status 1."""
        try:
            return super().invoke(context)
        except LibraryError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            # A reader that went away, as `| head` does, is nothing to tell of.
            if error.errno == errno.EPIPE:
                raise
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}.") from error
