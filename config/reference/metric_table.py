"""Every metric that Prometheus can read here."""

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from config.reference.markdown import table

INTRODUCTION = """# Metrics

With `METRICS_TOKEN` set, the web process answers at `/metrics`; a separate worker with `METRICS_PORT` on that port
([Operating](../operating.md)). Of a histogram there are `…_bucket`, `…_sum` and `…_count`. No label names a tenant."""


def metric_table() -> str:
    rows = [[f"`{_name(one)}`", one._type or "", _labels(one), one._documentation] for one in own_metrics()]
    return f"{INTRODUCTION}\n\n{table(['metric', 'kind', 'labels', 'meaning'], rows)}"


def own_metrics() -> list[MetricWrapperBase]:
    """In the order of their names."""
    found = {collector for collector in REGISTRY._collector_to_names if isinstance(collector, MetricWrapperBase)}
    return sorted((one for one in found if one._name.startswith("querent_")), key=lambda one: one._name)


def _name(metric: MetricWrapperBase) -> str:
    return f"{metric._name}_total" if metric._type == "counter" else metric._name


def _labels(metric: MetricWrapperBase) -> str:
    return ", ".join(f"`{label}`" for label in metric._labelnames)
