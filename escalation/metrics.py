"""How the service stands, as figures for the monitoring that an authority has (Prometheus)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from escalation.health import SWEEP_SILENT_AFTER, findings
from qaframework.clocks.models import Clock, Heartbeat, Moment
from qaframework.notices.models import Notice


def exposition() -> bytes:
    """All figures in Prometheus' text format; none when the database does not answer but that it does not."""
    registry = CollectorRegistry()
    registry.register(_Service())
    return generate_latest(registry)


class _Service:
    def collect(self) -> Iterable[Metric]:
        now = timezone.now()
        found = findings(now)
        yield _gauge(
            "quality_check_ok",
            "Whether one thing that check_health looks at is as it should be.",
            "check",
            {finding.name.lower(): int(finding.is_ok) for finding in found},
        )
        if all(finding.is_ok for finding in found if finding.name in ("Database", "Migrations")):
            yield from _figures(now)


def _figures(now: datetime) -> Iterable[Metric]:
    yield _gauge(
        "quality_heartbeat_age_seconds",
        "How long ago a background process last showed that it is alive.",
        "process",
        {beat.name: (now - beat.at).total_seconds() for beat in Heartbeat.objects.all()},
    )
    states = Notice.objects.order_by().values_list("delivery").annotate(Count("pk"))
    yield _gauge(
        "quality_notices",
        "Messages to people, by what became of their e-mail.",
        "delivery",
        {str(state): 0 for state in Notice.Delivery.values} | dict(states),
    )
    waiting = Notice.objects.outside_quiet_hours(now).order_by("created_at")
    oldest = waiting.values_list("created_at", flat=True).first()
    yield GaugeMetricFamily(
        "quality_outbox_oldest_seconds",
        "How long the oldest e-mail that could leave has waited.",
        (now - oldest).total_seconds() if oldest else 0,
    )
    yield GaugeMetricFamily(
        "quality_steps_overdue",
        "Reminders and escalations that have not been taken in time.",
        Moment.objects.overdue(now - SWEEP_SILENT_AFTER).count(),
    )
    yield GaugeMetricFamily(
        "quality_clocks_running", "Deadlines that are open.", Clock.objects.filter(stopped_at=None).count()
    )


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(name, text, labels=[label])
    for value_of, value in values.items():
        gauge.add_metric([value_of], value)
    return gauge
