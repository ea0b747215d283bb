"""Pixels over HTTP: statuses, caching, compression, and that refusals are sentences."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest
import tornado.web
from tornado.tcpclient import TCPClient
from tornado.testing import AsyncHTTPTestCase

from micrographia.errors import Busy, Invalid, MissingReader, NotFound, Unreadable
from micrographia.imaging.encoding import unpack
from micrographia.web.pixels import pixel_routes
from tests.imaging.arrays import ArrayFile, made
from tests.imaging.test_service import VERSION, Site


class PixelsOverHttp(AsyncHTTPTestCase):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def get_app(self):
        self.site = Site(
            self.folder,
            stack=ArrayFile(made(2, 4, 2, 40, 50)),
            flat=ArrayFile(made(1, 1, 1, 90, 90, most=2)),
        )
        return tornado.web.Application(pixel_routes(self.site.service, "/cells"))

    def ask(self, path, **options):
        return self.fetch(f"/cells{path}", decompress_response=False, **options)

    def test_a_plane(self):
        response = self.ask(f"/pixels/stack/{VERSION}/0/0/0/0/0?c=0&q=exact")
        assert response.code == 200
        assert response.headers["Content-Type"] == "application/vnd.micrographia.planes"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        header, _ = unpack(response.body)
        assert header["y"] == 40

    def test_compression_is_asked_for(self):
        path = f"/pixels/flat/{VERSION}/0/0/0/0/0?q=exact"
        packed = self.ask(path, headers={"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.headers["Vary"] == "Accept-Encoding"
        for plain in (self.ask(path), self.ask(path, headers={"Accept-Encoding": "gzip;q=0"})):
            assert "Content-Encoding" not in plain.headers
            assert len(packed.body) < len(plain.body)

    def test_a_tag_saves_the_body(self):
        for path in ("/pixels/stack", f"/histogram/stack/{VERSION}/0/0"):
            tag = self.ask(path).headers["Etag"]
            again = self.ask(path, headers={"If-None-Match": tag})
            assert again.code == 304
            assert again.body == b""

    def test_the_manifest_is_asked_again(self):
        response = self.ask("/pixels/stack")
        assert response.headers["Cache-Control"] == "no-cache"
        assert json.loads(response.body)["base"] == f"/cells/pixels/stack/{VERSION}"

    def test_head_has_the_headers_only(self):
        path = f"/pixels/stack/{VERSION}/0/0/0/0/0?q=exact"
        response = self.ask(path, method="HEAD")
        assert response.code == 200
        assert response.body == b""
        assert int(response.headers["Content-Length"]) == len(self.ask(path).body)

    def test_everything_else_that_is_served(self):
        for path in (
            f"/overview/stack/{VERSION}/z/0",
            f"/value/stack/{VERSION}/0/max/3/4",
            f"/thumbnails/stack?s=256&v={VERSION}",
            f"/thumbnails/stack?axis=t&v={VERSION}",
        ):
            response = self.ask(path)
            assert response.code == 200, path
            assert response.headers["Cache-Control"].endswith("immutable")
        assert response.headers["X-Frames"] == "2"

    def test_refusals_are_sentences_with_a_status(self):
        for status, path in (
            (404, "/pixels/nothing"),
            (404, f"/pixels/stack/{'0' * 16}/0/0/0/0/0"),
            (404, f"/pixels/stack/{VERSION}/0/0/99/0/0"),
            (404, "/pixels/"),
            (400, f"/pixels/stack/{VERSION}/0/0/0/0/0?c=x"),
            (400, f"/pixels/stack/{VERSION}/0/0/0/0/0?nonsense=1"),
            (400, f"/pixels/stack/{VERSION}/0/0/%3Cscript%3E/0/0"),
        ):
            response = self.ask(path)
            assert response.code == status, path
            assert response.headers["Content-Type"] == "application/json"
            assert response.headers["Cache-Control"] == "no-store"
            assert json.loads(response.body)["error"].endswith(".")

    def test_each_exception_has_its_status(self):
        for error, status in ((NotFound, 404), (Invalid, 400), (Unreadable, 422), (MissingReader, 415), (Busy, 503)):

            def find(_, error=error):
                raise error("It is as it is.")

            self.site.service._find = find
            response = self.ask("/pixels/stack")
            assert (response.code, json.loads(response.body)) == (status, {"error": "It is as it is."})

    def test_a_fault_of_the_program_tells_no_details(self):
        def find(_):
            raise KeyError("/secret/path")

        self.site.service._find = find
        with self.assertLogs("tornado.application", "ERROR"):
            response = self.ask("/pixels/stack")
        assert response.code == 500
        assert b"secret" not in response.body
        assert "error" in json.loads(response.body)

    def test_only_reading_is_possible(self):
        assert self.ask("/pixels/stack", method="POST", body=b"").code == 405

    def test_building_a_pyramid_holds_nobody_up(self):
        building, built = threading.Event(), threading.Event()
        answer = self.site.service.answer

        def slow_answer(address, **options):
            if "/flat/" in address:
                building.set()
                built.wait(10)
            return answer(address, **options)

        self.site.service.answer = slow_answer
        self.site.service.is_quick = lambda address: "/flat/" not in address

        async def story():
            client, base = self.http_client, self.get_url("/cells")
            waiting = [client.fetch(f"{base}/pixels/flat/{VERSION}/0/0/0/0/0?c=0&w=0..{n}") for n in range(1, 6)]
            quick = await client.fetch(f"{base}/pixels/stack/{VERSION}/0/0/0/0/0")
            assert quick.code == 200
            assert building.is_set()
            built.set()
            return [(await each).code for each in waiting]

        assert self.io_loop.run_sync(story) == [200] * 5

    def test_nothing_is_done_for_visitors_who_left(self):
        address = f"/pixels/stack/{VERSION}/0/0/0/0/0"
        started, go_on, asked = threading.Event(), threading.Event(), []
        answer = self.site.service.answer

        def slow_answer(address, **options):
            asked.append(address)
            started.set()
            go_on.wait(10)
            return answer(address, **options)

        self.site.service.answer = slow_answer

        async def leave():
            streams = []
            for number in range(20):
                stream = await TCPClient().connect("127.0.0.1", self.get_http_port())
                await stream.write(f"GET /cells{address}?c=0&w=0..{number + 1} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
                streams.append(stream)
            while not started.is_set():
                await asyncio.sleep(0.01)
            for stream in streams:
                stream.close()
            await asyncio.sleep(0.2)
            go_on.set()
            await self.http_client.fetch(self.get_url(f"/cells{address}?c=0&w=0..50"))

        self.io_loop.run_sync(leave)
        assert len(asked) < 10
