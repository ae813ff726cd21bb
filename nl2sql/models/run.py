"""One question on its way to an answer, and everything that happened on it."""

from django.db import models

from tenants.models import TenantOwned
from tenants.roles import Role


class RunStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    NEEDS_CLARIFICATION = "needs_clarification"
    CANNOT_ANSWER = "cannot_answer"
    FAILED = "failed"
    CANCELLED = "cancelled"


AT_WORK = (RunStatus.QUEUED, RunStatus.RUNNING)
"""Of a run that is not over."""

_WHOLE = models.Q(completed_at__isnull=False, emptied_at=None)
_EMPTIED = models.Q(emptied_at__isnull=False)
_AT_WORK = models.Q(status__in=[status.value for status in AT_WORK])


class Run(TenantOwned):
    conversation = models.ForeignKey("nl2sql.Conversation", on_delete=models.CASCADE, related_name="+")
    # An id and not a key: a run outlives its source, and what it says of it stays readable.
    source_id = models.UUIDField(null=True)
    source_slug = models.CharField(max_length=63, blank=True)
    actor = models.CharField(max_length=100)
    request_id = models.CharField(max_length=64, blank=True)
    question = models.TextField()
    mode = models.CharField(max_length=16)
    new_topic = models.BooleanField(default=False, help_text="Nothing before it in its conversation is its context.")
    # An id and not a key, like the source's: what was chosen stays readable by itself.
    clarifies_id = models.UUIDField(null=True, help_text="The run whose question back this one answers.")
    choice = models.TextField(blank=True, help_text="What was chosen then.")
    metadata = models.JSONField(default=dict, help_text="The client's own, echoed in the reply.")

    # What another process needs to carry it out.
    role = models.CharField(max_length=16, default=Role.VIEWER.value)
    attributes = models.JSONField(default=dict)
    max_rows = models.PositiveIntegerField(null=True)
    language = models.CharField(max_length=35, blank=True)
    is_test = models.BooleanField(default=False)
    is_candidate_model = models.BooleanField(default=False)
    given_sql = models.TextField(
        blank=True, help_text="A statement that the asker wrote or changed: no model is asked."
    )
    rerun_of = models.UUIDField(null=True, help_text="The run whose statement was changed.")
    idempotency_key = models.CharField(max_length=255, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)

    status = models.CharField(max_length=32, choices=RunStatus.choices, default=RunStatus.RUNNING)
    deadline_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True, help_text="When workers were last told of it; empty until its turn.")
    lease_until = models.DateTimeField(null=True, help_text="Of the process at work on it, which renews it.")
    cancel_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_detail = models.TextField(blank=True)
    sql = models.TextField(blank=True, help_text="What ran, with the policy put into it.")
    access_digest = models.CharField(
        max_length=64, blank=True, help_text="Of what the asker could see; empty of runs that never came so far."
    )
    reply = models.JSONField(default=dict)
    model = models.CharField(max_length=200, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(
        null=True, max_digits=20, decimal_places=8, help_text="Of its model calls; empty where no price was known."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(
        null=True, help_text="Since when the tenant's members may open it; empty of the asker's own."
    )
    emptied_at = models.DateTimeField(null=True, help_text="When its rows and what happened on its way were let go.")

    class Meta(TenantOwned.Meta):
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["tenant", "actor", "-created_at"], name="run_by_actor_and_time"),
            models.Index(fields=["tenant"], condition=_AT_WORK, name="run_at_work"),
            # For retention: each run that is over is in one of the two.
            models.Index(fields=["tenant", "completed_at"], condition=_WHOLE, name="run_whole_by_end"),
            models.Index(fields=["tenant", "completed_at"], condition=_EMPTIED, name="run_emptied_by_end"),
        ]
        constraints = [
            # A run that is over says when; one at work cannot.
            models.CheckConstraint(
                condition=(_AT_WORK & models.Q(completed_at=None)) | (~_AT_WORK & models.Q(completed_at__isnull=False)),
                name="run_is_over_exactly_when_it_says_so",
            ),
            # Of two equal requests at the same moment, one opens a run.
            models.UniqueConstraint(
                fields=["tenant", "actor", "idempotency_key"],
                condition=~models.Q(idempotency_key=""),
                name="run_once_for_each_idempotency_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status}: {self.question[:80]}"

    @property
    def is_at_work(self) -> bool:
        return self.status in AT_WORK


class RunEvent(TenantOwned):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "sequence"], name="run_event_once")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"
