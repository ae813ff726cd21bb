"""What came of asking a set of questions whose right answers are known, and under which settings it was asked."""

from django.db import models
from django.utils import timezone

from tenants.models import TenantOwned


class Evaluation(TenantOwned):
    name = models.CharField(max_length=200, help_text="What it was for, such as the change that was tried.")
    set_name = models.CharField(max_length=200, help_text="The file's name, or the tenant's own set.")
    source_slug = models.CharField(max_length=63, blank=True, help_text="Empty where the questions name theirs.")
    actor = models.CharField(max_length=100)
    configuration = models.JSONField(default=dict, help_text="What was evaluated: model, prompt, space, schemas.")
    scores = models.JSONField(default=dict, help_text="Empty while it runs, and where it was interrupted.")
    questions = models.PositiveIntegerField(help_text="In the set; `scores` says how many were asked.")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now, help_text="When its last question ended.")
    error = models.TextField(blank=True, help_text="Why it stopped before its last question; empty otherwise.")

    class Meta(TenantOwned.Meta):
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["tenant", "set_name", "-started_at"], name="evaluation_by_set_and_time")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None, scores={})
                | (models.Q(ended_at__isnull=False) & ~models.Q(scores={})),
                name="evaluation_has_scores_exactly_when_it_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.set_name} ({self.started_at:%Y-%m-%d %H:%M})"


class EvaluationCase(TenantOwned):
    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="cases")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=200)
    question = models.TextField()
    source_slug = models.CharField(max_length=63, blank=True)
    is_answerable = models.BooleanField()
    verdict = models.CharField(max_length=16)
    status = models.CharField(max_length=32)
    # An id and not a key: what became of the question stays readable when its run is removed.
    run_id = models.UUIDField(null=True)
    sql = models.TextField(blank=True)
    golds = models.JSONField(default=list)
    detail = models.TextField(blank=True, help_text="Why there was no answer, or nothing to compare it with.")
    needs_tables = models.BooleanField(default=False)
    full_rank = models.PositiveIntegerField(null=True)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=16, decimal_places=8, null=True)
    steps = models.JSONField(default=dict, help_text="Milliseconds by step.")
    violations = models.JSONField(default=list)

    class Meta(TenantOwned.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "evaluation", "number"], name="evaluation_case_once"),
            models.CheckConstraint(
                condition=models.Q(verdict__in=["right", "wrong", "refused", "failed", "unjudged"]),
                name="evaluation_case_has_a_known_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.question[:80]}"
