"""How far a long command is: a bar on a terminal, lines where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from micrographia.collection.folder import shown

Progress = Callable[[int, int, str], None]


@contextmanager
def showing_progress(label: str) -> Iterator[Progress]:
    """A progress bar on a terminal; a line for each tenth where there is none."""
    if not sys.stderr.isatty():
        yield _lines(label)
        return
    bar: Any = click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True, item_show_func=_item)
    with bar:

        def advance(done: int, total: int, name: str) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos, name)

        yield advance


def _item(name: str | None) -> str | None:
    return shown(name)[-40:] if name else None


def _lines(label: str) -> Progress:
    said = -1

    def advance(done: int, total: int, name: str) -> None:
        nonlocal said
        tenth = 10 * done // max(total, 1)
        if tenth > said:
            said = tenth
            click.echo(f"{label} {done} of {total}", err=True)

    return advance
