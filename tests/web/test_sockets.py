"""Sockets of workspaces: whoever sends more than a page ever says is hung up on, and fills neither memory nor log."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from micrographia.web.sockets import MESSAGE_LIMIT
from tests.servers import APP, address_of, started

HEADER = {"msgid": "1", "msgtype": "PATCH-DOC"}
TOO_BIG = 1009


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[WebSocketClientConnection]:
    """A visitor's socket, over which all is packed; the server's greeting is read."""
    page = (await AsyncHTTPClient().fetch(f"{address}/explore")).body.decode()
    token = re.search(r'"token":"([^"]+)"', page)
    assert token is not None
    asked = HTTPRequest(f"ws{address.removeprefix('http')}/explore/ws", request_timeout=60)
    found = await websocket_connect(asked, compression_options={}, subprotocols=["bokeh", token[1]])
    try:
        await found.read_message()
        yield found
    finally:
        found.close()


async def say(socket: WebSocketClientConnection, *parts: str | bytes) -> None:
    for part in parts:
        await socket.write_message(part, binary=isinstance(part, bytes))


async def answer(socket: WebSocketClientConnection, msgtype: str) -> dict:
    """The head of the next answer of a kind."""
    while (part := await asyncio.wait_for(socket.read_message(), 60)) is not None:
        if f'"msgtype":"{msgtype}"' in str(part).replace(" ", ""):
            return json.loads(part)
    raise AssertionError(f"Hung up without {msgtype}.")


async def closing(socket: WebSocketClientConnection) -> int | None:
    """The reason for which the server hangs up."""
    while await asyncio.wait_for(socket.read_message(), 60) is not None:
        pass
    return socket.close_code


async def parts_without_end(address: str) -> int | None:
    async with connected(address) as socket:
        await say(socket, json.dumps({**HEADER, "num_buffers": 10**6}), "{}", "{}")
        with suppress(WebSocketClosedError):
            for number in range(4):
                await say(socket, json.dumps({"id": str(number)}), bytes(MESSAGE_LIMIT // 2))
        return await closing(socket)


async def one_part_too_long(address: str) -> int | None:
    async with connected(address) as socket:
        await say(socket, " " * (MESSAGE_LIMIT + 1))
        return await closing(socket)


async def many_messages(address: str) -> dict:
    """More than the limit altogether, in messages that are each as a page may send them; then a question."""
    async with connected(address) as socket:
        for _ in range(4):
            await say(socket, json.dumps(HEADER), "{}", json.dumps({"events": [{"kind": "x" * (MESSAGE_LIMIT // 2)}]}))
        await say(socket, json.dumps({"msgid": "2", "msgtype": "SERVER-INFO-REQ"}), "{}", "{}")
        return await answer(socket, "SERVER-INFO-REPLY")


@pytest.fixture
def server(small_library):
    with started(APP, library=small_library, port=0) as process:
        yield process


def test_messages_without_end_fill_neither_memory_nor_log(server):
    address = address_of(server)
    assert asyncio.run(parts_without_end(address)) == TOO_BIG
    assert asyncio.run(one_part_too_long(address)) == TOO_BIG
    assert asyncio.run(many_messages(address))["reqid"] == "2"
    server.terminate()
    logged = server.communicate(timeout=60)[0]
    assert "unknown patch event" in logged
    assert len(logged) < 100_000
