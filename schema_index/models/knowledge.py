"""What a tenant's words mean: answered questions and documents."""

from django.db import models

from tenants.models import TenantOwned


class FaqEntry(TenantOwned):
    source = models.ForeignKey(
        "schema_index.DataSource", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    question = models.CharField(max_length=500)
    answer = models.TextField(max_length=20_000)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        verbose_name_plural = "FAQ entries"
        constraints = [models.UniqueConstraint(fields=["tenant", "question"], name="faq_question_once_per_tenant")]

    def __str__(self) -> str:
        return self.question


class Document(TenantOwned):
    source = models.ForeignKey(
        "schema_index.DataSource", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    title = models.CharField(max_length=300)
    text = models.TextField(max_length=1_000_000, help_text="Markdown or plain text.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = False
        constraints = [models.UniqueConstraint(fields=["tenant", "title"], name="document_title_once_per_tenant")]

    def __str__(self) -> str:
        return self.title
