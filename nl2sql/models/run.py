"""One question on its way to an answer, and everything that happened on it."""

from django.db import models

from tenants.models import TenantOwned


class RunStatus(models.TextChoices):
    RUNNING = "running"
    COMPLETED = "completed"
    NEEDS_CLARIFICATION = "needs_clarification"
    CANNOT_ANSWER = "cannot_answer"
    FAILED = "failed"


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
    status = models.CharField(max_length=32, choices=RunStatus.choices, default=RunStatus.RUNNING)
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
    created_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["tenant", "actor", "-created_at"], name="run_by_actor_and_time")]
        constraints = [
            # A run that is over says when; a running one cannot.
            models.CheckConstraint(
                condition=models.Q(status="running", completed_at=None)
                | (~models.Q(status="running") & models.Q(completed_at__isnull=False)),
                name="run_is_over_exactly_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status}: {self.question[:80]}"


class RunEvent(TenantOwned):
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "sequence"], name="run_event_once")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"
