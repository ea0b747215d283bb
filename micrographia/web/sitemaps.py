"""What crawlers are given: what they may read, and every page there is, in parts."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from micrographia.errors import NotFound
from micrographia.portrait.addresses import image_address
from micrographia.web.handlers import Handler, OpenHandler, Route, Site
from micrographia.web.markup import document, element

# Records of one part. A record stays in its part whatever becomes of the others.
PART = 10_000

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

# Searches have no end, and pixels and files no meaning to a crawler.
HIDDEN = (
    "explore api/ feed oai iiif/ pixels/ overview/ histogram/ value/ download/ tray compare random notebook".split()
)


# The pages of the site itself.
OWN = ("", "help", "browse")


def sitemap_routes(site: Site) -> list[Route]:
    """The routes to the sitemap and to the rules for crawlers."""
    given, prefix = {"site": site}, site.prefix
    return [
        (rf"{prefix}/robots\.txt", RobotsHandler, given),
        (rf"{prefix}/sitemap\.xml", SitemapHandler, given),
        (rf"{prefix}/sitemap-([0-9]{{1,9}})\.xml", PartHandler, given),
    ]


class RobotsHandler(Handler):
    """What crawlers may read."""

    async def get(self) -> None:
        """Everything but what has no end or no meaning; and where the list of pages is."""
        lines = ["User-agent: *", *(f"Disallow: {self.site.prefix}/{path}" for path in HIDDEN)]
        lines += ["", f"Sitemap: {self.base}/sitemap.xml"]
        self.set_header("Cache-Control", "public, max-age=3600")
        await self.send("\n".join(lines) + "\n", "text/plain")


class SitemapHandler(OpenHandler):
    """``GET /sitemap.xml``: the parts of the sitemap."""

    media_type = "application/xml"

    def text(self, *parts: str) -> str:
        """The index: the site's own pages, then the images in parts."""
        found = [(f"{self.base}/sitemap-0.xml", "")]
        found += [(f"{self.base}/sitemap-{part + 1}.xml", when) for part, when in self.site.library.store.parts(PART)]
        return _list("sitemapindex", "sitemap", found)


class PartHandler(OpenHandler):
    """``GET /sitemap-{part}.xml``: the pages of one part."""

    media_type = "application/xml"

    def text(self, *parts: str) -> str:
        """Each page with the time it changed last."""
        part = int(parts[0])
        if part == 0:
            return _list("urlset", "url", [(f"{self.base}/{path}", "") for path in OWN])
        found = self.site.library.store.dated((part - 1) * PART, part * PART)
        if not found:
            raise NotFound(f"The sitemap has no part {part}. /sitemap.xml lists them.")
        return _list("urlset", "url", ((image_address(self.base, record_id), when) for record_id, when in found))


def _list(name: str, item: str, found: Iterable[tuple[str, str]]) -> str:
    entries = (
        element(item, element("loc", place) + (element("lastmod", when) if when else Markup("")))
        for place, when in found
    )
    return document(element(name, Markup("\n").join(entries), xmlns=NAMESPACE))
