"""Which knowledge names which tables and columns, and what of it became doubtful when they changed.

A subject is an FAQ entry, a document, or something that an upper app knows: it is named by kind and id, without a
foreign key.
"""

from django.db import models

from schema_index.models.of_source import OfSource


class SubjectKind(models.TextChoices):
    FAQ = "faq"
    DOCUMENT = "document"
    VERIFIED_QUERY = "verified_query"


class Reference(OfSource):
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    subject_id = models.UUIDField()
    schema = models.TextField()
    table = models.TextField()
    column = models.TextField(blank=True, help_text="Empty for the table itself.")

    class Meta(OfSource.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_kind", "subject_id", "source", "schema", "table", "column"],
                name="reference_once_per_subject",
            )
        ]
        indexes = [models.Index(fields=["tenant", "source"], name="reference_by_source")]

    def __str__(self) -> str:
        return ".".join(part for part in (self.schema, self.table, self.column) if part)


class StaleMark(OfSource):
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    subject_id = models.UUIDField()
    object_name = models.TextField(help_text="schema.table or schema.table.column, as the subject names it.")
    renamed_to = models.TextField(blank=True)
    reason = models.TextField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta(OfSource.Meta):
        ordering = ["-at", "object_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_kind", "subject_id", "source", "object_name"],
                name="stale_mark_once_per_subject_and_object",
            )
        ]
        indexes = [models.Index(fields=["tenant", "source"], name="stale_mark_by_source")]

    def __str__(self) -> str:
        return self.reason
