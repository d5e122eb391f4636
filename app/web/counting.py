"""Requests counted for whoever watches the server: by route as it is written, never by address, person or survey."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_ROUTE = "none"
SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class Counts:
    """What is counted while requests are served, in a registry of its own for each application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "innaxe_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "innaxe_request_seconds",
            "Seconds until the first byte of an answer.",
            ("route",),
            buckets=SECONDS,
            registry=self.registry,
        )

    def counter(self, method: str, route: str, status: int) -> Callable[[float], None]:
        """What counts an answer of this kind by its seconds; looked up once for a route that answers thousands."""
        requests, seconds = self.requests.labels(method, route, status), self.seconds.labels(route)

        def count(lasted: float) -> None:
            requests.inc()
            seconds.observe(lasted)

        return count


class Counting:
    """Counts each request when its answer begins."""

    def __init__(self, app: ASGIApp, counts: Counts) -> None:
        self.app, self.counts = app, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", NO_ROUTE)
                method = scope["method"] if scope["method"] in METHODS else "other"
                self.counts.counter(method, route, message["status"])(time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, send_counted)


METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
"""Methods by their names; anybody may invent others."""
