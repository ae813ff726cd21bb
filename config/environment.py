"""Every setting Querent reads from the environment, in one place; docs/reference/settings.md is written from here."""

import os
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from config.setting_sources import SettingSources
from config.setting_values import (
    BrokerUrl,
    Days,
    FernetKeys,
    HttpOrFolderUrl,
    HttpUrl,
    Names,
    Networks,
    PostgresUrl,
    Prices,
    Secrets,
    UpperCase,
)

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(SettingSources):
    """Values come from where `SettingSources` says; `ENV_FILE` names another file than `.env`."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("ENV_FILE") or BASE_DIR / ".env",
        extra="ignore",
        env_ignore_empty=True,
        secrets_dir=os.environ.get("SECRETS_DIR"),
    )

    querent_home: Path = Field(
        default=BASE_DIR / ".querent", description="Folder of the embedded server, generated secrets and demo files."
    )
    debug: bool = Field(default=False, description="Django's debug mode; never in production.")
    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions. Generated into `QUERENT_HOME` when unset."
    )
    secret_key_fallbacks: Secrets = Field(
        default=(),
        description="Keys, comma separated, that signed sessions before or will from now on: while they are rotated.",
    )
    credential_keys: FernetKeys = Field(
        default=(),
        description="Fernet keys, newest first, comma separated, that encrypt stored credentials. "
        "Generated into `QUERENT_HOME` when unset.",
    )
    allowed_hosts: Names = Field(
        default=("127.0.0.1", "localhost", "[::1]"), description="Host names the server answers to, comma separated."
    )
    https: bool = Field(default=False, description="Secure cookies, HSTS and redirect to https: set behind TLS.")

    database_url: PostgresUrl | None = Field(
        default=None,
        description="PostgreSQL with pgvector instead of the embedded server. With `DATABASE_OWNER_URL` this is the "
        "application role; alone, it is an administrator from which the two roles are created.",
    )
    database_owner_url: PostgresUrl | None = Field(
        default=None, description="Role that owns the tables and runs migrations; the web process never uses it."
    )
    database_replica_url: PostgresUrl | None = Field(
        default=None,
        description="A streaming replica of that database, from which questions read the index where it is not behind. "
        "Without a user, the application role's name and password are used.",
    )
    embedded_postgres_port: int | None = Field(
        default=None, ge=1024, le=65_535, description="Port of the embedded server; unset, it follows from the folder."
    )
    celery_broker_url: BrokerUrl = Field(
        default=SecretStr("memory://"),
        description="`redis://…` or `amqp://…` for separate workers; `memory://` runs one worker inside the process.",
    )

    llm_api_key: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("llm_api_key", "openai_api_key"),
        description="Key of the model endpoint (`OPENAI_API_KEY` is read too). Key or URL turns the model on.",
    )
    llm_base_url: HttpOrFolderUrl | None = Field(
        default=None,
        validation_alias=AliasChoices("llm_base_url", "openai_base_url"),
        description="Any OpenAI-compatible endpoint (`OPENAI_BASE_URL` is read too), or `file:/folder` for prompts and "
        "completions as files.",
    )
    llm_model: str = Field(default="gpt-4.1-mini", description="Model that writes the SQL.")
    llm_timeout_s: float = Field(default=60.0, gt=0, le=600, description="Deadline of one model call, in seconds.")
    llm_max_attempts: int = Field(default=3, ge=1, le=6, description="Calls before a failing endpoint is given up.")
    llm_candidates: int = Field(
        default=1, ge=1, le=5, description="Statements that are written for a hard question; 1 writes no further one."
    )
    llm_temperature: float | None = Field(default=None, description="Sent only when set.")
    llm_seed: int | None = Field(default=None, description="Sent only when set.")
    llm_max_output_tokens: int | None = Field(default=None, gt=0, description="Sent only when set.")
    llm_prompt_tokens: int = Field(default=6000, ge=1000, description="The prompt is cut to this many tokens.")
    llm_prices: Prices = Field(
        default=(),
        description="Prices of a million tokens read and written, `model=input/output`, comma separated: "
        "`gpt-4.1-mini=0.40/1.60`. Of models that are not named, no cost is told.",
    )
    llm_breaker_failures: int = Field(
        default=5, ge=1, le=100, description="Failures in a row after which an endpoint is left alone for a while."
    )
    llm_breaker_rest_s: float = Field(default=30.0, gt=0, le=600, description="For how many seconds.")
    llm_networks: Networks = Field(
        default=(),
        description="Private networks where tenants' own model endpoints may be, comma separated CIDR. They need https "
        "everywhere but on loopback.",
    )

    model_tokens_per_day: int | None = Field(
        default=None,
        ge=0,
        description="Tokens that a tenant's model calls may take a UTC day, unless its own; no limit.",
    )
    model_tokens_per_month: int | None = Field(default=None, ge=0, description="The same of a calendar month.")
    model_cost_per_day: Decimal | None = Field(
        default=None,
        ge=0,
        description="Money that a tenant's model calls may take a UTC day, unless its own; no limit.",
    )
    model_cost_per_month: Decimal | None = Field(default=None, ge=0, description="The same of a calendar month.")

    embedding_base_url: HttpUrl | None = Field(
        default=None, description="OpenAI-compatible `/embeddings` endpoint; unset, the local all-MiniLM-L6-v2 is used."
    )
    embedding_api_key: SecretStr | None = Field(default=None, description="Key of that endpoint.")
    embedding_model: str = Field(default="text-embedding-3-small", description="Model at that endpoint.")
    embedding_dimension: int = Field(default=1536, ge=2, le=4000, description="Dimension of that model's vectors.")
    embedding_timeout_s: float = Field(
        default=30.0, gt=0, le=600, description="Deadline of one embedding request, in seconds."
    )
    embedding_max_batch: int = Field(
        default=512, ge=1, le=2048, description="Texts that one embedding request carries at most."
    )
    embedding_requests_per_minute: int | None = Field(
        default=None, ge=1, description="Embedding requests of all workers together; unset, no limit."
    )
    embedding_tokens_per_minute: int | None = Field(
        default=None, ge=1, description="Tokens, as estimated, of all workers' embedding requests; unset, no limit."
    )
    reembed_max_loss: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Share of judged questions, 0 to 1, of which a new embedding model may find less and still take "
        "over.",
    )
    retrieval_top_k: int = Field(default=10, ge=1, le=100, description="Tables a question may retrieve.")
    retrieval_threshold: float | None = Field(
        default=None, ge=-1, le=1, description="Least similarity of a retrieved table; unset, the model's own default."
    )

    answer_cache_size: int = Field(
        default=1_000,
        ge=0,
        le=100_000,
        description="Answers of a language model that are kept for each tenant, for whoever asks the same in the same "
        "state on the same day; 0 keeps none.",
    )
    evaluation_gate: Literal["report", "refuse"] = Field(
        default="report",
        description="What a change of schema, model or threshold does that breaks a tenant's verified queries: "
        "`report` tells, `refuse` stands in its way.",
    )

    query_timeout_ms: int = Field(default=15_000, ge=100, le=600_000, description="Deadline of a target query.")
    query_max_rows: int = Field(default=1_000, ge=1, le=100_000, description="Rows a result may hold.")
    query_max_bytes: int = Field(default=8_000_000, ge=1_000, description="Bytes a result may hold.")
    query_max_cost: float | None = Field(
        default=100_000_000,
        gt=0,
        description="A query that its database's planner expects to cost more is not run: PostgreSQL's cost units, "
        "elsewhere rows looked at.",
    )
    ask_deadline_s: float = Field(
        default=180.0,
        ge=1,
        le=840,
        description="Deadline of a question from its asking to its answer, in seconds: what is known by then is told.",
    )
    ask_workers: int = Field(
        default=4,
        ge=1,
        le=64,
        description="Threads of a process without separate workers for streamed and deferred questions.",
    )
    event_heartbeat_s: float = Field(
        default=15.0, gt=0, le=60, description="Seconds after which a silent event stream sends a comment."
    )
    streams_per_caller: int = Field(
        default=8, ge=1, description="Event streams that one caller may hold open in one web process."
    )
    questions_per_day: int = Field(default=1_000, ge=1, description="Questions a tenant may ask a day, unless its own.")
    questions_per_minute: int = Field(default=60, ge=1, description="Questions one caller may ask a minute.")
    questions_at_once: int = Field(
        default=50,
        ge=1,
        description="Questions of one tenant that workers have in hand at once: its others wait for these, and other "
        "tenants' do not.",
    )
    login_failures: int = Field(
        default=10, ge=1, description="Wrong passwords for one name from one address before both wait 15 minutes."
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Proxies of your own in front of the web process, whose `X-Forwarded-For` tells the client's "
        "address.",
    )
    requests_per_minute: int = Field(default=600, ge=1, description="API requests one caller may make a minute.")
    searches_per_minute: int = Field(default=120, ge=1, description="Searches one caller may make a minute.")
    blocked_per_minute: int = Field(
        default=10,
        ge=1,
        description="Statements of one caller that the guard may block a minute before they must wait.",
    )

    keep_results_days: Days = Field(
        default=90, description="Days that rows of answers are kept, unless a tenant's own; 0 as long as the question."
    )
    keep_questions_days: Days = Field(
        default=400, description="Days that questions are kept with all that is stored of them, likewise; 0 for ever."
    )
    keep_audit_days: Days = Field(
        default=1_100,
        description="Days that the audit trail is kept, likewise, and never less than questions; 0 for ever.",
    )

    target_networks: Networks = Field(
        default=(), description="Private networks where tenants' databases may live, comma separated CIDR."
    )
    target_files_root: Path | None = Field(
        default=None, description="Folder under which SQLite and DuckDB files may live; unset, `QUERENT_HOME/files`."
    )

    metrics_token: SecretStr | None = Field(
        default=None, description="Whoever asks `/metrics` sends it as bearer token; unset, there is no such address."
    )
    metrics_port: int | None = Field(
        default=None,
        ge=1024,
        le=65_535,
        description="Port on which a separate worker serves its metrics, to the network it stands in; unset, it does "
        "not.",
    )

    prometheus_multiproc_dir: Path | None = Field(
        default=None,
        description="Empty folder in which several processes of one address, or a worker that forks, add up their "
        "metrics; the Prometheus client's own variable.",
    )

    otel_exporter_otlp_endpoint: HttpUrl | None = Field(
        default=None,
        description="Collector of OTLP by HTTP that traces are sent to, with the extra `otel`; unset, none.",
    )
    trace_statements: bool = Field(
        default=False, description="Traces hold the text of statements to tenants' databases."
    )

    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], UpperCase] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )
    log_json: bool = Field(default=False, description="One JSON object a line instead of text for a terminal.")

    @field_validator("database_owner_url", "database_replica_url")
    @classmethod
    def _has_an_application_role(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and not info.data.get("database_url"):
            raise ValueError("needs DATABASE_URL with the application role beside it")
        return value

    @cached_property
    def embedded(self) -> bool:
        """True when no database was named and the wheel's own server is used."""
        return self.database_url is None

    @cached_property
    def model_configured(self) -> bool:
        return self.llm_api_key is not None or self.llm_base_url is not None

    @cached_property
    def embedded_worker(self) -> bool:
        """True when the Celery worker runs as a thread of this process."""
        return self.celery_broker_url.get_secret_value().startswith("memory://")

    @cached_property
    def files_root(self) -> Path:
        return (self.target_files_root or self.querent_home / "files").resolve()
