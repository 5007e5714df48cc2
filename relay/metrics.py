"""Numbers for Prometheus, in a registry of the relay's own. Labels never name a user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from relay.hub import Hub
from relay.streams import Streams


class Metrics:
    """What the hub counts, as text for a scraper."""

    def __init__(self, hub: Hub, streams: Streams) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_HubCollector(hub, streams))

    def text(self) -> bytes:
        return generate_latest(self._registry)


class _HubCollector(Collector):
    """Reads the hub when it is asked."""

    def __init__(self, hub: Hub, streams: Streams) -> None:
        self._hub, self._streams = hub, streams

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("ibrelay_agents", "Connected agents", self._hub.connected)
        yield GaugeMetricFamily("ibrelay_requests", "Requests under way", self._hub.in_flight)
        yield GaugeMetricFamily("ibrelay_streams", "Open event streams", self._streams.open)
        events = CounterMetricFamily("ibrelay_events", "What happened, by kind", labels=["kind"])
        for kind, number in sorted(self._hub.counts.items()):
            events.add_metric([kind], number)
        yield events
