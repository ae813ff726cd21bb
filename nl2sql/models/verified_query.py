"""Questions whose statements people vouch for, and what askers say of the answers they got."""

from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models.functions import MD5

from tenants.models import TenantOwned

MAX_QUESTION = 2_000
"""Characters, as the API accepts."""

MAX_SQL = 20_000
MAX_REASON = 1_000

UNEXPLAINED = "waiting for the database to explain it"
CHANGED = "the schema changed: waiting for the database to explain it again"
BEING_CHECKED = (UNEXPLAINED, CHANGED)
"""Reasons of what is out of use for moments only, and waits for nobody's word."""


class QueryState(models.TextChoices):
    PROPOSED = "proposed"
    REVIEWED = "reviewed"
    VERIFIED = "verified"
    REJECTED = "rejected"


class QueryOrigin(models.TextChoices):
    FEEDBACK = "feedback"
    ADMIN = "admin"
    API = "api"
    IMPORT = "import"


class VerifiedQuery(TenantOwned):
    source = models.ForeignKey("schema_index.DataSource", on_delete=models.CASCADE, related_name="+")
    question = models.TextField(validators=[MaxLengthValidator(MAX_QUESTION), ProhibitNullCharactersValidator()])
    sql = models.TextField(
        "SQL",
        validators=[MaxLengthValidator(MAX_SQL), ProhibitNullCharactersValidator()],
        help_text="One reading statement in the source's own SQL; it is kept as it is written.",
    )
    parameters = models.JSONField(
        default=list, blank=True, editable=False, help_text="Values that may differ in a question that reuses it."
    )
    state = models.CharField(max_length=16, choices=QueryState.choices, default=QueryState.PROPOSED)
    origin = models.CharField(max_length=16, choices=QueryOrigin.choices, default=QueryOrigin.ADMIN)
    # An id and not a key: the query stays when the run is removed.
    run_id = models.UUIDField(null=True, blank=True, editable=False)
    author = models.CharField(max_length=100, help_text="Who proposed it.")
    curator = models.CharField(max_length=100, blank=True, help_text="Who decided last.")
    decided_at = models.DateTimeField(null=True, blank=True)
    stale_reason = models.TextField(blank=True, help_text="Why it is not used for the time being; empty otherwise.")
    stale_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "verified queries"
        indexes = [models.Index(fields=["tenant", "source", "state"], name="verified_query_by_state")]
        constraints = [
            # Of digests: an index entry cannot hold the texts.
            models.UniqueConstraint("tenant", "source", MD5("question"), MD5("sql"), name="verified_query_once"),
            # Two statements for one question would leave open which is right.
            models.UniqueConstraint(
                "tenant",
                "source",
                MD5("question"),
                condition=models.Q(state="verified"),
                name="verified_query_one_verified_per_question",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed") | (models.Q(decided_at__isnull=False) & ~models.Q(curator="")),
                name="verified_query_says_who_decided",
            ),
            models.CheckConstraint(
                condition=models.Q(stale_reason="", stale_at=None)
                | (~models.Q(stale_reason="") & models.Q(stale_at__isnull=False)),
                name="verified_query_is_stale_exactly_with_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.question[:80]

    @classmethod
    def standing(cls) -> "models.QuerySet[VerifiedQuery]":
        """Verified, in use or being checked: what a change may break. Needs an open scope."""
        is_used = models.Q(stale_at=None) | models.Q(stale_reason__in=BEING_CHECKED)
        return cls.objects.filter(is_used, state=QueryState.VERIFIED)

    @property
    def use(self) -> str:
        """Whether questions may reuse it: `in use`, `being checked`, `stale`, or empty where nobody vouches for it."""
        if self.state != QueryState.VERIFIED:
            return ""
        if self.stale_at is None:
            return "in use"
        return "being checked" if self.stale_reason in BEING_CHECKED else "stale"


class Rating(models.TextChoices):
    UP = "up"
    DOWN = "down"


class RunFeedback(TenantOwned):
    run = models.ForeignKey("nl2sql.Run", on_delete=models.CASCADE, related_name="+")
    actor = models.CharField(max_length=100)
    rating = models.CharField(max_length=8, choices=Rating.choices)
    reason = models.CharField(max_length=MAX_REASON, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-updated_at"]
        verbose_name_plural = "run feedback"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "run"], name="run_feedback_once"),
            models.CheckConstraint(condition=models.Q(rating__in=["up", "down"]), name="run_feedback_is_up_or_down"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.reason[:60]}"
