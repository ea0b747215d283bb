"""Commands about image files: simulate some, say what they are, take them into a library."""

from __future__ import annotations

from pathlib import Path

import click

from micrographia.collection.folder import shown
from micrographia.commands.answers import json_text
from micrographia.commands.options import EXISTING, FOLDER
from micrographia.commands.progress import showing_progress
from micrographia.imaging.files import describe
from micrographia.indexing import Report, index
from micrographia.simulation.collection import make_demo


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--seed", default=2010, show_default=True, help="The same seed gives the same bytes.")
@click.option("--processes", default=2, show_default=True, help="How many processes draw at once.")
def demo(folder: Path, seed: int, processes: int) -> None:
    """Write the demo collection, simulated microscopy with known answers, into FOLDER."""
    with showing_progress("Simulating") as progress:
        report = make_demo(folder, seed=seed, processes=processes, progress=progress)
    click.echo(f"{report.images} simulated images in {folder} ({report.bytes / 1e6:.0f} MB, {report.seconds:.0f} s).")
    click.echo(f"Next: micrographia serve {folder}")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line a file.")
@click.pass_context
def info(context: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Say what each of FILES is: axes, samples, calibration, channels, and every doubt."""
    failed = False
    for path in files:
        facts = describe(path)
        failed |= any(finding["severity"] == "error" for finding in facts["findings"])
        click.echo(json_text(facts) if as_json else _as_text(facts))
    context.exit(int(failed))


@click.command(name="index")
@click.argument("source", type=EXISTING)
@click.option("--library", "folder", type=FOLDER, required=True, help="The library; made when it is not there.")
@click.option("--processes", default=2, show_default=True, help="How many processes read at once.")
def index_command(source: Path, folder: Path, processes: int) -> None:
    """Take the images of SOURCE, a folder or a file, into a library. Safe to repeat; the images stay untouched."""
    report = indexed(source, folder, processes)
    click.echo(report.as_text())


def indexed(source: Path, folder: Path, processes: int = 2) -> Report:
    """Take images into a library, and show how far it is."""
    with showing_progress("Indexing") as progress:
        return index(source, folder, processes=processes, progress=progress)


def _as_text(facts: dict) -> str:
    lines = [facts["file"]]
    if facts["axes"]:
        sizes = " × ".join(f"{name} {size}" for name, size in facts["axes"].items())
        size = facts["pixel_size_um"]
        calibration = f"{size['x']} µm a pixel" if size["x"] else "not calibrated"
        kind = "labels" if facts["labels"] else "colour" if facts["colour"] else "channels"
        lines.append(f"  {sizes}, {facts['dtype']}, {kind}, {calibration}")
        lines += [f"  channel {i}: {c['name'] or 'unnamed'}" for i, c in enumerate(facts["channels"])]
    lines += [f"  {f['severity']}: {f['message']} {f['remedy']}".rstrip() for f in facts["findings"]]
    return "\n".join(map(shown, lines))
