"""What a tenant's words mean: answered questions and documents, and where they came from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from schema_index.models.reference import SubjectKind
from tenants.models import TenantOwned


class ReviewState(models.TextChoices):
    PROPOSED = "proposed", "Proposed: never used"
    REVIEWED = "reviewed", "Reviewed: found by questions and shown to the model"
    REJECTED = "rejected", "Rejected: never used, and not to be proposed again"


class KnowledgeEntry(TenantOwned):
    """What every entry has. A deleted one keeps its row, so that it can be restored, and has no chunk.

    `heading_field` and `body_field` name the two texts of which each kind of entry consists.
    """

    kind: ClassVar[SubjectKind]
    heading_field: ClassVar[str]
    body_field: ClassVar[str]

    source = models.ForeignKey(
        "schema_index.DataSource",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty for knowledge about the whole tenant.",
    )
    metadata = models.JSONField(
        default=dict, blank=True, help_text='Short facts to filter by, as one object: {"team": "finance"}.'
    )
    review_state = models.CharField(max_length=16, choices=ReviewState.choices, default=ReviewState.PROPOSED)
    reviewer = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Who accepted or rejected its present text."
    )
    # No constraint asks for a reviewer: entries from before there were reviewers have none.
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    author = models.CharField(max_length=100, blank=True, editable=False, help_text="Who wrote its present text.")
    content_hash = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of its present text.")
    origin_uri = models.TextField(blank=True, editable=False, help_text="The address that it was imported from.")
    origin_hash = models.CharField(
        max_length=64, blank=True, editable=False, help_text="SHA-256 of the file there, as it was read."
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = models.CharField(max_length=100, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        abstract = True

    @property
    def is_used(self) -> bool:
        """Whether questions may find it."""
        return self.review_state == ReviewState.REVIEWED and self.deleted_at is None

    @property
    def heading(self) -> str:
        return str(getattr(self, self.heading_field))

    @property
    def body(self) -> str:
        return str(getattr(self, self.body_field))

    def __str__(self) -> str:
        return self.heading


class FaqEntry(KnowledgeEntry):
    kind = SubjectKind.FAQ
    heading_field, body_field = "question", "answer"

    question = models.CharField(max_length=500)
    answer = models.TextField(max_length=20_000)

    class Meta(KnowledgeEntry.Meta):
        verbose_name_plural = "FAQ entries"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "question"],
                condition=Q(deleted_at=None),
                name="faq_question_once_per_tenant",
                violation_error_message="There is an entry with this question already.",
            )
        ]
        indexes = [models.Index(fields=["tenant", "-created_at", "-id"], name="faq_by_age")]


class Document(KnowledgeEntry):
    kind = SubjectKind.DOCUMENT
    heading_field, body_field = "title", "text"

    title = models.CharField(max_length=300)
    text = models.TextField(max_length=1_000_000, help_text="Markdown or plain text.")

    class Meta(KnowledgeEntry.Meta):
        constraints = [
            # Imported files are told apart by their address: two folders may both have a "README".
            models.UniqueConstraint(
                fields=["tenant", "title"],
                condition=Q(deleted_at=None, origin_uri=""),
                name="document_title_once_per_tenant",
                violation_error_message="There is a document with this title already.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "origin_uri"],
                condition=~Q(origin_uri=""),
                name="document_origin_once_per_tenant",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "-created_at", "-id"], name="document_by_age")]

    @property
    def characters(self) -> int:
        return len(self.text)
