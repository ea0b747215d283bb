"""IIIF: the pictures of a library for viewers and pages elsewhere (Image API 3, Presentation API 3)."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from tornado.ioloop import IOLoop

from micrographia.errors import LibraryError, NotFound
from micrographia.imaging.service import Answer
from micrographia.web import imageapi, presentation
from micrographia.web.errors import status_of
from micrographia.web.handlers import JsonHandler, OpenHandler, Route, Site
from micrographia.web.imageapi import Asked, Plane, Unsupported, info, plane_of
from micrographia.web.presentation import manifest

PROFILE = "http://iiif.io/api/image/3/level2.json"
THREADS = 2


def iiif_routes(site: Site) -> list[Route]:
    """The routes to image services and manifests."""
    prefix, given = f"{site.prefix}/iiif", {"site": site}
    threads = {"threads": ThreadPoolExecutor(THREADS, thread_name_prefix="iiif")}
    return [
        (rf"{prefix}/([^/]+)/?", BaseHandler, given),
        (rf"{prefix}/([^/]+)/info\.json", InfoHandler, given),
        (rf"{prefix}/([^/]+)/manifest\.json", ManifestHandler, given),
        (rf"{prefix}/([^/]+)/([^/]+)/([^/]+)/([^/]+)/([^/]+)", PictureHandler, given | threads),
        (rf"{prefix}(?:/.*)?", NoSuchHandler, given),
    ]


class BaseHandler(OpenHandler):
    """``GET /iiif/{identifier}``: leads on to the description."""

    async def get(self, *parts: str) -> None:
        """Lead on."""
        self.redirect(f"{self.base}/iiif/{quote(parts[0], safe=':')}/info.json", status=303)


class LinkedHandler(JsonHandler):
    """Answers in JSON; in JSON-LD to whoever asks for that."""

    context = imageapi.CONTEXT
    vary = "Accept, Accept-Encoding"

    async def send(self, text: str, media_type: str) -> None:
        """Send with the media type that was asked for."""
        if self.get_status() == 200 and "application/ld+json" in self.request.headers.get("Accept", ""):
            self.set_header("Vary", self.vary)
            self.set_header("Content-Type", f'application/ld+json;profile="{self.context}"')
            self.finish(text)
            return
        await super().send(text, media_type)


class InfoHandler(LinkedHandler):
    """``GET /iiif/{identifier}/info.json``: what can be had of a plane."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """The description of the image service."""
        plane = plane_of(self.site.library, parts[0])
        return info(plane, self.site.library[plane.id].record, self.base)


class ManifestHandler(LinkedHandler):
    """``GET /iiif/{id}/manifest.json``: an image with all its planes, as Presentation API 3 has it."""

    context = presentation.CONTEXT

    def answer(self, *parts: str) -> dict[str, Any]:
        """The manifest."""
        library = self.site.library
        plane = plane_of(library, parts[0])
        if plane.identifier != plane.id:
            raise NotFound("A manifest is of the whole image. Leave t and z out.")
        return manifest(library[plane.id].record, (plane.width, plane.height), self.base, self.site.documents.name)


class PictureHandler(OpenHandler):
    """``GET /iiif/{identifier}/{region}/{size}/{rotation}/{quality}.{format}``: a picture."""

    def initialize(self, site: Site, threads: Executor) -> None:  # type: ignore[override]
        """Take what the route gives."""
        self.site, self.threads, self.is_gone = site, threads, False

    def on_connection_close(self) -> None:
        """Remember that nobody waits for the answer any more."""
        self.is_gone = True

    async def get(self, *parts: str) -> None:
        """Send the picture, or the sentence of what is wrong."""
        try:
            if await self.is_known():
                return
            plane = await self.work(plane_of, self.site.library, parts[0])
            region, size, rotation, last = parts[1:]
            asked = Asked.read(plane, region, size, rotation, last)
            # In threads of its own: what has to be built first takes long, and nobody else should wait for it.
            answer = await IOLoop.current().run_in_executor(self.threads, self._made, plane, asked)
        except LibraryError as error:
            await self.refuse(error)
            return
        if answer is None:
            return
        self.set_header("Content-Type", answer.media_type)
        self.set_header(
            "Link", f'<{plane.address(self.base)}/{asked.canonical}>;rel="canonical",<{PROFILE}>;rel="profile"'
        )
        self.finish(answer.body)

    def _made(self, plane: Plane, asked: Asked) -> Answer | None:
        return None if self.is_gone else self.site.library.pixels.picture(plane.id, asked.view(plane))

    def status_of(self, error: LibraryError) -> int:
        """501 for what the protocol allows and is not done here."""
        return 501 if isinstance(error, Unsupported) else status_of(error)


class NoSuchHandler(JsonHandler):
    """Any other address below ``/iiif``."""

    def answer(self, *parts: str) -> dict[str, Any]:
        """Refuse."""
        raise NotFound(f"There is nothing at {self.request.path[:100]!r}.")
