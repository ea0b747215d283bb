"""Indexing: a folder of images becomes records of a library; the images themselves are only ever read."""

from micrographia.indexing.report import Report
from micrographia.indexing.run import index

__all__ = ["Report", "index"]
