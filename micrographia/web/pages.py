"""The addresses of the documents: home, a record, the tray, some image, help, and what is not there."""

from __future__ import annotations

from datetime import UTC, datetime

from tornado.web import RedirectHandler, RequestHandler

from micrographia.errors import LibraryError, NotFound
from micrographia.look import assets
from micrographia.portrait.addresses import image_address
from micrographia.search.query import Query
from micrographia.web.browsing import Wish
from micrographia.web.exports import checked
from micrographia.web.handlers import Handler, PageHandler, Route, Site
from micrographia.web.showcase import random_image


def page_routes(site: Site) -> list[Route]:
    """The routes to the documents, and to what browsers and crawlers ask every site for."""
    given, prefix = {"site": site}, site.prefix
    found: list[Route] = [
        (rf"{prefix}/", HomeHandler, given),
        (rf"{prefix}/image/([^/]+)", RecordHandler, given),
        (rf"{prefix}/browse/?", BrowseHandler, given),
        (rf"{prefix}/browse/([a-z][a-z0-9_]*)/?", ListingHandler, given),
        (rf"{prefix}/tray/?", TrayHandler, given),
        (rf"{prefix}/tray/slides/?", SlidesHandler, given),
        (rf"{prefix}/compare/?", CompareHandler, given),
        (rf"{prefix}/random/?", RandomHandler, given),
        (rf"{prefix}/help/?", HelpHandler, given),
        (rf"{prefix}/favicon\.(?:ico|svg)", IconHandler, given),
    ]
    if prefix:
        found.append((prefix, RedirectHandler, {"url": f"{prefix}/"}))
    return found


class HomeHandler(PageHandler):
    """The first page."""

    def document(self, *parts: str) -> str:
        """The page, with the image of this day."""
        return self.site.documents.home(self.base, datetime.now(UTC).date())


class RecordHandler(PageHandler):
    """The page of one image."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.record(parts[0], self.base)


class BrowseHandler(PageHandler):
    """The ways through the library."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.browse(self.base, datetime.now(UTC).date())


class ListingHandler(PageHandler):
    """The values of a field, to walk along."""

    def document(self, *parts: str) -> str:
        """The page."""
        said = {name: self.get_query_argument(name, "") for name in ("containing", "below", "view", "sort", "page")}
        return self.site.documents.listing(parts[0], Wish.read(said), self.base)


class TrayHandler(PageHandler):
    """Images that were kept: those of the ids in the address."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.tray(self.get_query_arguments("id"))


class SlidesHandler(PageHandler):
    """Images on pages of their own, to be printed or saved as PDF."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.slides(self.get_query_arguments("id"), self.base)


class CompareHandler(PageHandler):
    """A few images side by side."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.compare(self.get_query_arguments("id"))


class RandomHandler(PageHandler):
    """Leads to some image, to another one each time; to one of a search, when the address says one."""

    async def get(self, *parts: str) -> None:
        """Lead on; where there is no image, say so."""
        self.set_header("Cache-Control", "no-store")
        try:
            found = await self.work(self._chosen)
        except LibraryError as error:
            await self.refuse(error)
            return
        if found:
            self.redirect(image_address(self.site.prefix, found), status=303)
        else:
            await self.send(self.site.documents.empty(), "text/html")

    def _chosen(self) -> str:
        library = self.site.library
        query = checked(library, Query.from_url(self.request.query))
        found = random_image(library, query)
        if not found and len(library):
            raise NotFound("This search finds no image, so there is none to choose from.")
        return found


class HelpHandler(PageHandler):
    """How the library is used."""

    def document(self, *parts: str) -> str:
        """The page."""
        return self.site.documents.help(self.base)


class MissingHandler(PageHandler):
    """Every address that is none."""

    def document(self, *parts: str) -> str:
        """Refuse."""
        raise NotFound(f"There is no page at {self.request.path[:200]}.")

    async def prepare(self) -> None:
        """Whatever the method, there is nothing."""
        if self.request.method not in ("GET", "HEAD"):
            self.send_error(404)


class IconHandler(Handler):
    """The icon, for browsers that ask without having read a page."""

    async def get(self) -> None:
        """Send it."""
        self.set_header("Content-Type", "image/svg+xml")
        self.set_header("Cache-Control", "public, max-age=86400")
        self.finish(assets.read("icon.svg"))


class ForwardHandler(RequestHandler):
    """Leads on to another path, and takes the query along."""

    def initialize(self, path: str) -> None:
        """Take what the route gives."""
        self.path = path

    def get(self) -> None:
        """Lead on."""
        query = self.request.query
        self.redirect(f"{self.path}?{query}" if query else self.path)
