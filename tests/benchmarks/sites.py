"""What the benchmarks share: a site that tells its cost, and what a page has loaded."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.servers import address_of, started

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Site:
    """A running server: its address, and how to ask what it has cost so far."""

    address: str
    process: subprocess.Popen

    def cpu_seconds(self) -> float:
        """Processor time the server has used, in s."""
        values = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(values[11]) + int(values[12])) / TICKS

    def memory_mb(self) -> float:
        """Resident memory of the server, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


@contextmanager
def serving(*command: str) -> Iterator[Site]:
    """A site that a command of this Python serves; the command prints its address."""
    with started(*command) as process:
        yield Site(address_of(process), process)


@dataclass
class Traffic:
    """What a page has loaded: requests, and bytes on the wire."""

    requests: list[str] = field(default_factory=list)
    bytes: int = 0

    @classmethod
    def of(cls, page: Page) -> Traffic:
        """The traffic of a page, from now on."""
        traffic = cls()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: traffic.requests.append(event["request"]["url"]))
        session.on("Network.loadingFinished", lambda event: traffic._add(event["encodedDataLength"]))
        return traffic

    def _add(self, size: float) -> None:
        self.bytes += int(size)
