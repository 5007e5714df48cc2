"""Numbers for Prometheus, in a registry of this app's own.

Labels name rules, roles and loops; never a user, an order, a symbol or a path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.status import open_orders
from web.desk import Desk

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 2.5, 5, 10, 30)


class Metrics:
    """The registry, and the hooks that time each request."""

    def __init__(self, desk: Desk) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(_DeskCollector(desk))
        self._durations = Histogram(
            "ibdesk_http_request_duration_seconds",
            "Time until an answer was ready, by route rule",
            ("method", "route", "status"),
            buckets=BUCKETS,
            registry=self.registry,
        )

        self._by_labels: dict[tuple[str, str, str], Histogram] = {}

    def register(self, app: Flask) -> None:
        app.before_request(self._start)
        app.after_request(self._stop)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def _start(self) -> None:
        g.started = perf_counter()

    def _stop(self, response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        route = request.url_rule.rule if request.url_rule else "none"
        labels = method, route, str(response.status_code)
        child = self._by_labels.get(labels)
        if child is None:
            child = self._by_labels[labels] = self._durations.labels(*labels)
        child.observe(perf_counter() - g.started)
        return response


class _DeskCollector(Collector):
    """Reads the desk when it is asked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        desk = self._desk
        yield _gauge("build_info", "The version", "version", [(desk.version, 1)])
        lags = [(loop.name, loop.seconds_since_tick()) for loop in desk.loops]
        yield _gauge("event_loop_lag_seconds", "Since the loop's last tick", "loop", lags)
        places = desk.stream.places
        yield GaugeMetricFamily("ibdesk_sse_clients", "Open streams", places.taken)
        if desk.seats is None:
            yield from self._engine()
            yield from self._guards()
        else:  # what concerns one user's engine, that user's agent and the relay count
            is_ready = float(not desk.seats.blockers())
            yield GaugeMetricFamily("ibdesk_relay_ready", "1 while the relay answers", is_ready)

    def _engine(self) -> Iterator[Metric]:
        desk = self._desk
        statuses = [("data", desk.reader.status()), ("orders", desk.order_desk.status())]
        connected = [(role, float(status.is_connected)) for role, status in statuses]
        yield _gauge("ib_connected", "1 while connected to TWS", "role", connected)
        reconnects = CounterMetricFamily(
            "ibdesk_ib_reconnects", "Connections to TWS after the first", labels=["role"]
        )
        for role, status in statuses:
            reconnects.add_metric([role], status.reconnects)
        yield reconnects
        yield CounterMetricFamily(
            "ibdesk_sse_events", "Events published on the stream", desk.stream.published
        )
        yield CounterMetricFamily(
            "ibdesk_audit_entries_lost",
            "Entries that the audit log could not take",
            desk.people.audit_writer.lost,
        )
        yield GaugeMetricFamily("ibdesk_open_orders", "Orders not final", open_orders(desk))

    def _guards(self) -> Iterator[Metric]:
        """What should be 0."""
        desk, orders = self._desk, self._desk.order_desk
        desk.watch.look()
        unknown = sum(order.state == "unknown" for order in orders.orders())
        failed = float(orders.journal_failure() is not None)
        unaudited = float(desk.people.audit_writer.failure is not None)
        for name, about, value in (
            ("frozen", "1 while new orders are frozen", float(orders.is_frozen())),
            ("unknown_orders", "Orders of which nobody can tell whether IB has them", unknown),
            ("audit_failed", "1 while the audit log cannot be written", unaudited),
            ("journal_failed", "1 while the order journal cannot be written", failed),
            ("position_differences", "Not explained by executions", len(desk.watch.differences)),
        ):
            yield GaugeMetricFamily(f"ibdesk_{name}", about, value)


def _gauge(name: str, about: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"ibdesk_{name}", about, labels=[label])
    for labelled, value in values:
        family.add_metric([labelled], value)
    return family
