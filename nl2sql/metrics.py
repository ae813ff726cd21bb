"""What Prometheus counts of questions. No label names a tenant, a person or anything they wrote."""

from django.conf import settings
from prometheus_client import Counter, Gauge, Histogram

from nl2sql.events import Blocked, Event, StepDone
from nl2sql.generation.circuit import BREAKERS
from nl2sql.models import Run

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)

ASKS = Counter("querent_asks", "Questions that ended, by outcome and the error's code.", ["outcome", "code"])
ASK_SECONDS = Histogram("querent_ask_seconds", "From question to ending.", ["outcome"], buckets=SECONDS)
STEP_SECONDS = Histogram("querent_step_seconds", "One step of a question.", ["step"], buckets=SECONDS)
QUEUE_SECONDS = Histogram("querent_queue_wait_seconds", "From question until a worker took it.", buckets=SECONDS)
TOKENS = Counter("querent_model_tokens", "Tokens that models read (input) and wrote (output).", ["model", "direction"])
COST = Counter("querent_model_cost", "What models cost, in the currency of their prices.", ["model"])
BLOCKED = Counter("querent_guard_rejections", "Statements that the guard refused, by rule.", ["rule"])
SWEPT = Counter("querent_swept", "Rows that were kept long enough and let go, by kind.", ["kind"])
SWEPT_AT = Gauge(
    "querent_swept_timestamp_seconds",
    "When a sweep last left nothing that was kept long enough.",
    multiprocess_mode="mostrecent",
)
# No label: a tenant's own endpoint tells who it is.
BREAKERS_OPEN = Gauge("querent_breakers_open", "Model endpoints that this process leaves alone for a while.")
BREAKERS_OPEN.set_function(lambda: sum(word == "open" for word in BREAKERS.words().values()))


# Whichever worker looked last is right.
UNTRIED = Gauge(
    "querent_untried_tenants",
    "Tenants on whose verified queries the model, prompt or settings in use were not tried; every half hour, by beat.",
    multiprocess_mode="mostrecent",
)


def observe_event(event: Event) -> None:
    if isinstance(event, StepDone):
        STEP_SECONDS.labels(event.name).observe(event.ms / 1_000)
    elif isinstance(event, Blocked):
        for rule in sorted({violation.code for violation in event.violations}):
            BLOCKED.labels(rule).inc()


def observe_end(run: Run) -> None:
    """Of a run that is over and says when."""
    assert run.completed_at is not None
    ASKS.labels(run.status, run.error_code).inc()
    ASK_SECONDS.labels(run.status).observe((run.completed_at - run.created_at).total_seconds())
    if run.model:
        TOKENS.labels(_shown(run.model), "input").inc(run.input_tokens)
        TOKENS.labels(_shown(run.model), "output").inc(run.output_tokens)
    if run.cost is not None:
        COST.labels(_shown(run.model)).inc(float(run.cost))


def _shown(model: str) -> str:
    """The operator's models by name. Those that tenants named are one: their names are theirs, and without number."""
    environment = settings.ENVIRONMENT
    return model if model in (environment.llm_model, *(one.model for one in environment.llm_prices)) else "own"
