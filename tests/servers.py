"""Sites in processes of their own, started and stopped as people do it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
APP = str(ROOT / "app.py")


@contextmanager
def started(
    *command: str, python: str = sys.executable, cwd: Path = ROOT, **settings: object
) -> Iterator[subprocess.Popen[str]]:
    """A command of a Python, with these settings of a site and no others; stopped at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MICROGRAPHIA", "PYTHON"))}
    environment |= {f"MICROGRAPHIA_{name.upper()}": str(value) for name, value in settings.items()}
    environment["PYTHONUNBUFFERED"] = "1"
    with subprocess.Popen(
        [python, *command], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that a site prints when it is up."""
    assert process.stdout is not None
    printed, end = "", time.monotonic() + 120
    while time.monotonic() < end:
        line = process.stdout.readline()
        printed += line
        found = re.search(r"http://[\w.:-]+\d", line)
        if found:
            return found.group()
        if not line and process.poll() is not None:
            break
    raise AssertionError(f"The site printed no address:\n{printed}")
