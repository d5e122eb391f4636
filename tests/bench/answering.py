"""What answering costs: requests and bytes of a page, and how long fifty people at once wait for the server.

Run it: `make bench`. The server is a process of its own over SQLite; those who answer are threads on the same machine,
so the figures are an upper bound.
"""

import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import numpy as np

INNAXE = Path(sys.executable).with_name("innaxe")
PEOPLE, PAGES = 50, 8
SURVEY = "/s/demo-validation-survey"
MOST_MILLISECONDS = 300
THINKING = 0.5
"""Seconds between two acts of a person. Real people take nine; without any the server is only saturated."""


@dataclass
class Times:
    """Seconds each kind of request took, and what pages weigh."""

    page: list[float] = field(default_factory=list[float])
    save: list[float] = field(default_factory=list[float])
    send: list[float] = field(default_factory=list[float])
    bytes_plain: int = 0
    bytes_sent: int = 0
    requests: int = 0


@contextmanager
def demonstration() -> Generator[tuple[str, Path]]:
    """The address of a served demonstration and its own folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        own = os.environ | {"INNAXE_DATA_DIR": folder, "INNAXE_BASE_URL": address, "INNAXE_LIMITS": "test"}
        for words in (["migrate"], ["demo"]):
            subprocess.run([INNAXE, *words], env=own, check=True, capture_output=True)
        server = subprocess.Popen([INNAXE, "serve", "--port", str(port)], env=own, stderr=subprocess.DEVNULL)
        try:
            _wait(address)
            yield address, Path(folder)
        finally:
            server.terminate()
            server.wait(timeout=30)


def answer_some(address: str, pages: int, times: Times, number: int) -> None:
    """One person who begins, and on each page saves three ratings as the page's script does, and goes on."""
    headers = {"sec-fetch-site": "same-origin", "accept-encoding": "gzip"}
    # not all in the same instant: each in their own part of the first pause
    time.sleep(THINKING * number / PEOPLE)
    with httpx.Client(base_url=address, timeout=60, headers=headers) as client:
        start = client.get(SURVEY)
        helix = ("industry", "academia", "government", "civil")[number % 4]
        fields = {"csrf": _csrf(start.text), "helix": helix, "region": "CAT", "consent": "yes"}
        here = client.post(SURVEY, data=fields).headers["location"]
        for _ in range(pages):
            time.sleep(THINKING)
            page = _timed(times.page, lambda at=here: client.get(at))
            for url in re.findall(r'<fieldset class="q"[^>]*data-url="([^"]+)"', page.text):
                time.sleep(THINKING)
                body = {"value": number % 5 + 1, "rev": 0}
                saved = _timed(times.save, lambda to=url, what=body: client.put(to, json=what))
                assert saved.status_code == 200, saved.text
            ratings = {
                code: str(number % 5 + 1)
                for code in re.findall(r'<fieldset class="q"[^>]*data-code="([^"]+)"', page.text)
            }
            fields = {"csrf": _csrf(page.text)} | ratings
            here = _timed(times.send, lambda at=here, what=fields: client.post(at, data=what)).headers["location"]


def weigh(address: str, times: Times) -> None:
    """How many requests one initiative takes in a fresh browser, and how many bytes they are."""
    with httpx.Client(base_url=address, headers={"sec-fetch-site": "same-origin"}) as client:
        start = client.get(SURVEY)
        fields = {"csrf": _csrf(start.text), "helix": "industry", "region": "CAT", "consent": "yes"}
        page = client.get(client.post(SURVEY, data=fields).headers["location"])
        files = {*re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)}
        parts = [page, *(client.get(file) for file in files)]
        times.requests = len(parts)
        times.bytes_plain = sum(len(part.content) for part in parts)
        times.bytes_sent = sum(len(gzip.compress(part.content, 5)) for part in parts)
        assert all(part.headers.get("content-encoding") == "gzip" for part in parts if len(part.content) > 1000)


def measure(people: int = PEOPLE, pages: int = PAGES) -> Times:
    """Everything, once."""
    times = Times()
    with demonstration() as (address, _):
        weigh(address, times)
        with ThreadPoolExecutor(people) as pool:
            list(pool.map(partial(answer_some, address, pages, times), range(people)))
    return times


def main() -> int:
    """Print the figures; 1 when the 95th percentile of a kind of request is above 300 ms."""
    times = measure()
    out = sys.stdout.write
    weight = f"{times.bytes_sent:,} bytes sent ({times.bytes_plain:,} unpacked)"
    out(f"One initiative in a fresh browser: {times.requests} requests, {weight}\n")
    worst = 0.0
    for name, taken in (("page", times.page), ("save", times.save), ("send page", times.send)):
        median, high = np.percentile(taken, [50, 95]) * 1000
        worst = max(worst, float(high))
        out(f"{name:10} {len(taken):5} requests, {PEOPLE} people: median {median:4.0f} ms, p95 {high:4.0f} ms\n")
    return int(worst > MOST_MILLISECONDS)


def _timed(times: list[float], ask: Callable[[], httpx.Response]) -> httpx.Response:
    begun = time.perf_counter()
    answer = ask()
    times.append(time.perf_counter() - begun)
    return answer


def _csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(address)


if __name__ == "__main__":
    sys.exit(main())
