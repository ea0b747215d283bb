"""Runs the JavaScript tests with the machine's Node, or with the one that comes from PyPI where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
OLDEST = 20  # the first release whose test runner these tests are written for


def node() -> list[str]:
    """The command that starts Node."""
    found = shutil.which("node")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.strip().lstrip("v").split(".")[0]) >= OLDEST:
            return [found]
    return [str(Path(sys.executable).with_name("node"))]


if __name__ == "__main__":
    tests = sorted(str(path) for path in HERE.glob("*.test.js"))
    sys.exit(subprocess.run([*node(), "--test", *tests], cwd=HERE.parent.parent, check=False).returncode)
