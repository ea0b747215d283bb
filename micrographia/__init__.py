"""Micrographia: an open, self-hosted library of cell images."""

__version__ = "0.1.0"
