"""One image measured: its facts, its display limits, its thumbnails; by workers of which one may crash or hang.

A worker is a process of its own that reads jobs from its standard input and writes answers to its standard output,
one line of JSON each. It ends when its input ends, so none is left behind when the indexing process is killed.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from micrographia.collection.findings import Finding
from micrographia.collection.folder import size_and_time
from micrographia.collection.records import Channel, Facts
from micrographia.collection.rows import facts_as_json, facts_from_json
from micrographia.errors import LibraryError, MissingReader
from micrographia.imaging.files import content_hash, open_image
from micrographia.imaging.histograms import measure_auto
from micrographia.imaging.readers.reader import ImageFile
from micrographia.imaging.thumbnails import write_thumbnails

# A file may take this long, and a second more for so many bytes.
PATIENCE_S = 60.0
BYTES_PER_SECOND = 4_000_000

_BEING_WRITTEN = Finding(
    "error", "file", "It changed while it was read.", "Index again when the microscope or the copying is done."
)


@dataclass(frozen=True)
class Job:
    """One image to measure: where it is, what its axes are said to be, and its hash when it was last seen."""

    path: str
    files: tuple[str, ...]
    within: str
    cache: str
    axes: str | None = None
    known_hash: str = ""
    size: int = 0


@dataclass(frozen=True)
class Measured:
    """The answer to a job; ``same`` when the bytes are those of the known hash, and nothing else was looked at."""

    facts: Facts | None = None
    findings: tuple[Finding, ...] = ()
    same: bool = False


def measure(job: Job) -> Measured:
    """Read the facts of an image, measure its display limits and keep its thumbnails in the cache."""
    path, within = Path(job.path), Path(job.within)
    try:
        if job.known_hash and content_hash(path, tuple(map(Path, job.files)), within) == job.known_hash:
            return Measured(same=True)
        with open_image(path, axes=job.axes, within=within) as image:
            state = size_and_time(image.files, within)
            facts = replace(image.facts, content_hash=content_hash(path, image.files, within))
            measured = _with_pixels(image, facts, Path(job.cache))
            return measured if size_and_time(image.files, within) == state else Measured(findings=(_BEING_WRITTEN,))
    except LibraryError as error:
        return Measured(findings=(_failure(error, "format" if isinstance(error, MissingReader) else "file"),))
    except OSError as error:
        return Measured(
            findings=(Finding("error", "file", f"It cannot be read: {error.strerror}.", "Check its rights."),)
        )


@contextmanager
def workers(processes: int, patience_s: float = PATIENCE_S) -> Iterator[Workers]:
    """So many workers, ended with the block; with none of them, jobs are done in this process."""
    crew = Workers(processes, patience_s)
    try:
        yield crew
    finally:
        crew.end()


class Workers:
    """A few processes that measure images; one that crashes or takes too long costs only its image."""

    def __init__(self, processes: int, patience_s: float) -> None:
        self._patience_s = patience_s
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Measured]] | None] = queue.SimpleQueue()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(processes)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> Future[Measured]:
        """The answer to a job, when it is there."""
        future: Future[Measured] = Future()
        if self._threads:
            self._jobs.put((job, future))
        else:
            future.set_result(measure(job))
        return future

    def end(self) -> None:
        """Let the workers end; those at work are stopped."""
        self._ended.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        worker = _Worker(self._ended)
        while (task := self._jobs.get()) is not None and not self._ended.is_set():
            job, future = task
            future.set_result(worker.measure(job, self._patience_s + job.size / BYTES_PER_SECOND))
        worker.end()


class _Worker:
    """One process, started when there is work for it, and anew after it crashed or was stopped."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended = ended
        self._process: subprocess.Popen[str] | None = None

    def measure(self, job: Job, patience_s: float) -> Measured:
        process = self._process = self._process or _start()
        stopped = threading.Event()
        watch = threading.Thread(target=self._watch, args=(process, patience_s, stopped), daemon=True)
        watch.start()
        try:
            answer = _ask(process, json.dumps(asdict(job)))
        finally:
            late = stopped.is_set()
            stopped.set()
            watch.join()
        if answer:
            return _from_json(answer)
        code = _ended(process)
        self.end()
        return Measured(findings=(_too_slow(patience_s) if late else _crashed(code),))

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _watch(self, process: subprocess.Popen[str], patience_s: float, stopped: threading.Event) -> None:
        waited = 0.0
        while not stopped.wait(0.1):
            waited += 0.1
            if waited > patience_s or self._ended.is_set():
                stopped.set()
                process.kill()


def serve() -> None:
    """The life of a worker: jobs in, answers out, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        values = json.loads(line)
        answers.write(_as_json(measure(Job(**{**values, "files": tuple(values["files"])}))) + "\n")
        answers.flush()


def _with_pixels(image: ImageFile, facts: Facts, cache: Path) -> Measured:
    findings = image.findings
    try:
        auto = measure_auto(image)
        channels = [*facts.channels, *[Channel()] * (len(auto) - len(facts.channels))]
        measured = [replace(channel, auto=limits) for channel, limits in zip(channels, auto)]
        facts = replace(facts, channels=(*measured, *channels[len(auto) :]))
        write_thumbnails(image, facts, cache)
    except LibraryError as error:
        findings = (*findings, _failure(error, "pixels"))
    return Measured(facts, tuple(dict.fromkeys(findings)))


def _failure(error: LibraryError, field: str) -> Finding:
    message, stop, remedy = str(error).partition(". ")
    return Finding("error", field, message + stop.strip(), remedy)


def _start() -> subprocess.Popen[str]:
    code = "from micrographia.indexing.measuring import serve; serve()"
    # The worker finds the same packages as this process, wherever it was started.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        # Nothing is imported from the working directory: it may be the folder of images.
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="ascii",
        env=environment,
    )


def _ask(process: subprocess.Popen[str], question: str) -> str:
    asked, answers = _pipes(process)
    try:
        asked.write(question + "\n")
        asked.flush()
        answer = answers.readline()
    except OSError:
        return ""
    return answer if answer.endswith("\n") else ""


def _ended(process: subprocess.Popen[str]) -> int:
    """The exit code of a worker that has stopped answering; it is given a moment to end by itself, and to say why."""
    try:
        return process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise OSError("The worker was started without pipes.")
    return process.stdin, process.stdout


def _as_json(measured: Measured) -> str:
    findings = [finding.as_dict() for finding in measured.findings]
    return json.dumps({"facts": facts_as_json(measured.facts), "findings": findings, "same": measured.same})


def _from_json(text: str) -> Measured:
    values = json.loads(text)
    findings: Sequence[dict] = values["findings"]
    return Measured(facts_from_json(values["facts"]), tuple(Finding(**one) for one in findings), values["same"])


def _too_slow(patience_s: float) -> Finding:
    message = f"Reading it took longer than {patience_s:.0f} s and was stopped."
    return Finding("error", "file", message, "Save it again with another program, or convert it to OME-TIFF.")


def _crashed(code: int) -> Finding:
    message = f"Reading it ended the reader (exit code {code})."
    return Finding("error", "file", message, "Save it again with another program, or convert it to OME-TIFF.")
