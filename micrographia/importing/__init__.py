"""Importing: what other collections say of their images becomes records; the files themselves stay where they are."""

from micrographia.importing.assets import Asset
from micrographia.importing.importers import IMPORTERS, assets_of
from micrographia.importing.report import Report
from micrographia.importing.run import import_records
from micrographia.importing.sources import opened

__all__ = ["IMPORTERS", "Asset", "Report", "assets_of", "import_records", "opened"]
