"""Fetching: the image files of records, and published collections, brought into a library over the web."""

from micrographia.fetching.catalogue import Collection, published
from micrographia.fetching.collecting import get
from micrographia.fetching.downloading import Limits
from micrographia.fetching.imported import fetch
from micrographia.fetching.report import Report

__all__ = ["Collection", "Limits", "Report", "fetch", "get", "published"]
