"""The ways out of the tray: the files of its images in one zip, and a notebook, which there is of a search as well."""

from __future__ import annotations

from collections.abc import Iterator

from micrographia.errors import LibraryError, NotFound
from micrographia.portrait.addresses import search_address, tray_address
from micrographia.portrait.formats import IDS_LIMIT
from micrographia.search.query import Query
from micrographia.web import notebooks
from micrographia.web.exports import checked, plain_name
from micrographia.web.handlers import PageHandler, Route, Site
from micrographia.web.parcels import packed_up, parcel


def tray_routes(site: Site) -> list[Route]:
    """The routes to what the images of a tray are taken along as."""
    given, prefix = {"site": site}, site.prefix
    return [
        (rf"{prefix}/tray/files\.zip", ParcelHandler, given),
        (rf"{prefix}/notebook\.ipynb", NotebookHandler, given),
    ]


class ParcelHandler(PageHandler):
    """``GET /tray/files.zip?id=…``: the files of those images, as far as their licences allow."""

    async def get(self, *parts: str) -> None:
        """Send the zip while it is written."""
        try:
            blocks = await self.work(self._begun)
        except LibraryError as error:
            await self.refuse(error)
            return
        self.set_header("Content-Type", "application/zip")
        self.set_header("Cache-Control", "no-store")
        await self.stream(blocks, f"{plain_name(self.site.library.name)}-files.zip")

    def _begun(self) -> Iterator[bytes]:
        site = self.site
        ids = [*dict.fromkeys(self.get_query_arguments("id"))][:IDS_LIMIT]
        found = parcel(list(site.library.store.records(ids)), site.settings)
        if not found.packed:
            why = "; ".join(f"{reason} ({count})" for reason, count in found.missing)
            raise NotFound(f"There are no files to send: {why}." if why else "None of these images is in this library.")
        return packed_up(found, site.library, self.base, site.documents.name)


class NotebookHandler(PageHandler):
    """``GET /notebook.ipynb``: a search as a notebook; with ``id``, once or more often, those images."""

    async def get(self, *parts: str) -> None:
        """Send the notebook."""
        try:
            text = await self.work(self._text)
        except LibraryError as error:
            await self.refuse(error)
            return
        self.set_header("Content-Disposition", f'attachment; filename="{plain_name(self.site.library.name)}.ipynb"')
        await self.send(text, "application/x-ipynb+json")

    def _text(self) -> str:
        library = self.site.library
        ids = [*dict.fromkeys(self.get_query_arguments("id"))][:IDS_LIMIT]
        if not ids:
            query = checked(library, Query.from_url(self.request.query))
            return notebooks.as_file(notebooks.of_search(library.name, query, search_address(self.base, query)))
        found = [str(row["id"]) for row in library.index.cards(ids)]
        if not found:
            raise NotFound("None of these images is in this library.")
        return notebooks.as_file(notebooks.of_images(library.name, found, tray_address(self.base, found)))
