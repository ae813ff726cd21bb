"""What was written for a question, kept for whoever asks the same in the same state."""

from django.db import models

from tenants.models import TenantOwned


class CachedAnswer(TenantOwned):
    """No rows of the data: the statement is proven and run again for each question."""

    source = models.ForeignKey("schema_index.DataSource", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, help_text="Digest of everything that could alter the answer.")
    question = models.TextField(help_text="With single blanks, so that a thumb down finds it.")
    answer = models.JSONField(help_text="What was found and what was written for it.")
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-used_at"]
        indexes = [models.Index(fields=["tenant", "-used_at"], name="cached_answer_by_use")]
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="cached_answer_once_per_key")]

    def __str__(self) -> str:
        return self.question[:80]
