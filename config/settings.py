"""Django settings. What a deployment may change is in `config.environment`; this module only arranges it."""

from datetime import timedelta
from ipaddress import IPv4Network
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from kombu import Queue

from config.database import database_access
from config.environment import BASE_DIR
from config.logs import configure_structlog, logging_settings
from config.read_environment import read_environment
from config.secrets import kept_credential_key, kept_secret_key

django_stubs_ext.monkeypatch()

ENVIRONMENT = read_environment()

DEBUG = ENVIRONMENT.debug
SECRET_KEY = (
    ENVIRONMENT.secret_key.get_secret_value() if ENVIRONMENT.secret_key else kept_secret_key(ENVIRONMENT.querent_home)
)
SECRET_KEY_FALLBACKS = [key.get_secret_value() for key in ENVIRONMENT.secret_key_fallbacks]
CREDENTIAL_KEYS = [key.get_secret_value() for key in ENVIRONMENT.credential_keys] or [
    kept_credential_key(ENVIRONMENT.querent_home)
]
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

INSTALLED_APPS = [
    "config",
    "config.apps.QuerentAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_structlog",
    "tenants",
    "schema_index",
    "nl2sql",
]

MIDDLEWARE = [
    # First, so that whatever fails later has its id.
    "tenants.middleware.RequestIdMiddleware",
    "tenants.api.throttle.RateLimitHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    # Last: it answers in place of a sign-in form that was locked.
    "axes.middleware.AxesMiddleware",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "tenants.User"
LOGIN_URL = "/login"
CSRF_FAILURE_VIEW = "tenants.web.stale_form.stale_form"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Passwords cannot be tried in numbers: at the page or the admin, over all processes.
AXES_FAILURE_LIMIT = ENVIRONMENT.login_failures
AXES_COOLOFF_TIME = timedelta(minutes=15)
# A name together with an address: nobody can lock another person out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "tenants.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "config.locked_out.locked_out"
AXES_HTTP_RESPONSE_CODE = 429
AXES_RESET_ON_SUCCESS = True
# Who signed in when is in the sessions; addresses of people who did are nobody's business.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.page_shell.page_shell",
            ]
        },
    }
]

ACCESS = database_access(ENVIRONMENT, secret_key=SECRET_KEY)
# Connections are opened per request: under ASGI a persistent one would stay with a thread that may never come back.
KEPT_APART = {"ENGINE": "tenants.postgres", "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False}
DATABASES = {"default": {**ACCESS.app, **KEPT_APART}, "owner": {**ACCESS.owner, **KEPT_APART}}
if ACCESS.replica is not None:
    DATABASES["replica"] = {**ACCESS.replica, **KEPT_APART}
DATABASE_ROUTERS = ["config.routers.OwnerMigrates", "config.routers.ScopeReads"]

# Where tenants' databases may live besides public addresses. The embedded server's demo database is on this machine.
TARGET_NETWORKS = [*ENVIRONMENT.target_networks, *([IPv4Network("127.0.0.1/32")] if ENVIRONMENT.embedded else [])]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.StaticFiles"},
}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENVIRONMENT.https:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# The REST framework reads JSON whole before a parser can say what is too much: no parser takes more than this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_000_001

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tenants.api.authentication.ApiKeyAuthentication",
        "tenants.api.authentication.TenantSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.api.permissions.HasPrincipal"],
    "DEFAULT_THROTTLE_CLASSES": ["tenants.api.throttle.CallerThrottle"],
    "DEFAULT_PARSER_CLASSES": ["tenants.api.parser.BoundedJsonParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "config.openapi.TextAutoSchema",
    "EXCEPTION_HANDLER": "config.errors.problem_response",
    # A parameter of every address that nothing documents.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Querent",
    "DESCRIPTION": "Questions about your own data: proven-safe SQL, isolated tenants, answers with their evidence.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.openapi.complete"],
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key of one tenant: `qk_…`."},
            "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        }
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "QueryStateEnum": "nl2sql.api.verified_query_serializers.STATES",
        "VerdictEnum": "nl2sql.evaluation.judged_case.VERDICTS",
        "EvaluationStateEnum": "nl2sql.api.evaluation_serializers.STATES",
        "KeyStateEnum": "tenants.api.keys.STATES",
        "RoleEnum": "tenants.api.keys.ROLES",
        "ScopeEnum": "tenants.api.keys.SCOPES",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# kombu warns about an address without a host, which the in-memory queue does not have.
CELERY_BROKER_URL = (
    "memory://localhost//" if ENVIRONMENT.embedded_worker else ENVIRONMENT.celery_broker_url.get_secret_value()
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 870
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# After its broker's restart, Celery would change the prefetch count from the threads that end tasks. Over AMQP each of
# them reads the reply off the connection that the main thread reads too: frames are torn, and the worker stands still.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever sends a task learns within a second that the broker is gone.
SOON = {"max_retries": 1, "interval_start": 0.0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    # How often the in-memory queue is looked at, in seconds.
    {"polling_interval": 0.05} if ENVIRONMENT.embedded_worker else {"visibility_timeout": 1800, **SOON}
)
CELERY_TASK_DEFAULT_QUEUE = "embed"
# What waits for models, computes vectors, reads targets, or asks whole sets of questions can have workers of its own,
# by `--queues`, so that none keeps another waiting. A worker that names no queue serves all.
CELERY_TASK_QUEUES = tuple(Queue(name) for name in ("ask", "embed", "sync", "evaluate"))
CELERY_TASK_ROUTES = {
    "nl2sql.tasks.execute_run": {"queue": "ask"},
    "nl2sql.tasks.close_runs_left_behind": {"queue": "ask"},  # not behind an hour of embedding
    "nl2sql.tasks.try_model": {"queue": "evaluate"},
    "schema_index.tasks.sync_source": {"queue": "sync"},
    "schema_index.tasks.check_ddl": {"queue": "sync"},
}
# One task, which hands out whatever is due. A message that waited longer than until the next one is worth nothing.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": every_s, "options": {"expires": expires_s}}
    for task, every_s, expires_s in (
        ("schema_index.tasks.sync_due", 60.0, 55.0),
        ("nl2sql.tasks.close_runs_left_behind", 15.0, 14.0),
        ("schema_index.tasks.resume_embedding", 1800.0, 600.0),
        ("schema_index.tasks.measure_backlog", 60.0, 55.0),
        ("nl2sql.tasks.check_stale_queries", 1800.0, 600.0),
        ("nl2sql.tasks.sweep_expired", 3600.0, 600.0),
        ("nl2sql.tasks.tell_untried", 1800.0, 600.0),
    )
}
# In memory: there is nothing to remember, since the database knows what is due.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

LOGGING = logging_settings(ENVIRONMENT)
configure_structlog()
