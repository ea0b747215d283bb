"""The way to original files: a file with ranges, a folder of planes as a zip that is written while it is sent."""

from __future__ import annotations

import os
from urllib.parse import quote

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, StaticFileHandler

from micrographia.errors import LibraryError
from micrographia.web.errors import status_of
from micrographia.web.handlers import PageHandler, Route, Site
from micrographia.web.originals import file_name, files_within, may_download, original, zipped


def download_routes(site: Site) -> list[Route]:
    """The route to the original files."""
    return [(rf"{site.prefix}/download/([^/]+)", DownloadHandler, {"site": site})]


class DownloadHandler(PageHandler, StaticFileHandler):
    """Sends the original of one image."""

    def initialize(self, site: Site) -> None:  # type: ignore[override]
        """Take what the route gives."""
        self.site = site
        self.root = ""
        self.absolute_path = None
        self.default_filename = None

    async def head(self, record_id: str) -> None:  # type: ignore[override]
        """Send the headers only."""
        await self.get(record_id, include_body=False)

    async def get(self, record_id: str, include_body: bool = True) -> None:  # type: ignore[override]
        """Send the file, or the part of it that is asked for; a folder as a zip."""
        try:
            self.record = self.site.library[record_id].record
            if not may_download(self.record):
                raise HTTPError(403)
            self.original = await self.work(original, self.record)
        except LibraryError as error:
            raise HTTPError(status_of(error)) from error
        if self.original.is_dir():
            await self._send_folder(include_body)
        else:
            await StaticFileHandler.get(self, record_id, include_body=include_body)

    def parse_url_path(self, url_path: str) -> str:
        """The file is known already."""
        return str(self.original)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """The file is known already."""
        return path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """The file was checked when it was found."""
        return absolute_path

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        """Size and time: the bytes of a large file are not read for a tag."""
        status = os.stat(abspath)
        return f"{status.st_size:x}-{status.st_mtime_ns:x}"

    @classmethod
    def _get_cached_version(cls, abs_path: str) -> str | None:
        # The original would be kept for good, and an original may be replaced.
        return cls.get_content_version(abs_path)

    def compute_etag(self) -> str | None:
        """Of a file its size and time; none of a zip, which is written while it is sent."""
        return super().compute_etag() if self.absolute_path else None

    def get_content_type(self) -> str:
        """Never anything that a browser would show as a page of this site."""
        return "application/octet-stream"

    def set_extra_headers(self, path: str) -> None:
        """Name the file."""
        self._name(file_name(self.record))

    def _name(self, name: str) -> None:
        plain = name.encode("ascii", "replace").decode().replace("?", "_")
        self.set_header("Content-Disposition", f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}")
        self.set_header("Cache-Control", "no-cache")

    async def _send_folder(self, include_body: bool) -> None:
        self.set_header("Content-Type", "application/zip")
        self._name(file_name(self.record) + ".zip")
        if not include_body:
            self.finish()
            return
        files = await self.work(files_within, self.site.library, self.record, self.original)
        parts = zipped(self.original, files)
        try:
            while (part := await self.work(next, parts, None)) is not None:
                self.write(part)
                await self.flush()
        except StreamClosedError:
            return
        self.finish()
