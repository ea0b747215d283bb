"""Importing: what other collections say of their images becomes records; the files themselves stay where they are."""

from micrographia.importing.assets import Asset
from micrographia.importing.cil.importer import CellImageLibrary
from micrographia.importing.importers import assets_of
from micrographia.importing.report import Report
from micrographia.importing.run import import_records
from micrographia.importing.sources import opened

__all__ = ["Asset", "CellImageLibrary", "Report", "assets_of", "import_records", "opened"]
