"""How benchmarks print: a line for each figure, and whether it keeps within its budget."""

from __future__ import annotations


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)


def verdict(what: str, figure: str, budget: str, *, met: bool) -> None:
    """A figure beside its budget, and whether it is met."""
    say(f"  {'met' if met else 'NOT MET':<7} {what}: {figure} (budget: {budget})")
