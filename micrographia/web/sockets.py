"""Sockets of workspaces: a visitor's page sends words and numbers, and never more of them than a server can hold.

A compressed message is a thousand times larger once it has come, and Bokeh waits for as many parts of one as its first
part announces, and writes all of one that it does not understand into the log.
"""

from __future__ import annotations

import logging
from typing import Any

from panel.io.server import WSHandler
from tornado.web import Application

from micrographia.collection.excerpts import excerpt

# All parts of a message together. The longest that a page sends is the address of a search, of 64 kB.
MESSAGE_LIMIT = 2**20

# What is kept of a part beside its bytes.
_PART_SIZE = 200

_TOO_BIG = 1009

# What is logged of a message, and of the way to where it failed.
_LOGGED = 500
_TRACED = 8000

# Who logs what visitors send.
_LOGGERS = ("bokeh.server.views.ws", "bokeh.server.protocol_handler")


class BoundedSocket(WSHandler):
    """Hangs up on whoever sends a message without end."""

    _held = 0

    async def _receive(self, fragment: str | bytes) -> Any:
        self._held += len(fragment) + _PART_SIZE
        if self._held > MESSAGE_LIMIT:
            # What still comes until the page has heard of it is not kept either.
            self.receiver = None
            self.close(_TOO_BIG, "message too big")
            return None
        message = await super()._receive(fragment)
        if message is not None:
            self._held = 0
        return message


class _Shortened(logging.Filter):
    """Cuts what is logged, so that no visitor fills a disk with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = excerpt(record.getMessage(), _LOGGED), ()
        if record.exc_info:
            record.exc_text = logging.Formatter().formatException(record.exc_info)[:_TRACED]
            record.exc_info = None
        return True


_SHORTENED = _Shortened()


def bound(application: Application) -> None:
    """Let the workspaces of a Bokeh server talk by bounded sockets, and log no more than a little of what is said."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_SHORTENED)
    for rule in application.wildcard_router.rules:
        if rule.target is WSHandler:
            rule.target = BoundedSocket
