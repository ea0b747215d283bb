"""Runs every benchmark and prints its figures: ``python -m tests.benchmarks [name ...]``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

NAMES = [path.stem for path in sorted(Path(__file__).parent.glob("bench_*.py"))]


def main(chosen: list[str]) -> None:
    """Run the chosen benchmarks, all of them when none is named."""
    for name in NAMES:
        if not chosen or name.removeprefix("bench_") in chosen:
            print(f"\n== {name.removeprefix('bench_')} ==", flush=True)
            importlib.import_module(f"tests.benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
