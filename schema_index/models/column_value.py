"""Distinct values of a source's short text columns, so that "Lyon" finds `stores.city`."""

from django.db import models

from schema_index.models.of_source import OfSource


class ColumnValue(OfSource):
    schema = models.TextField()
    table = models.TextField()
    column = models.TextField()
    text = models.TextField(help_text="As it is stored.")
    normalised = models.TextField(help_text="Lower-case words with single spaces, as a question's words are compared.")

    class Meta(OfSource.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "schema", "table", "column", "text"], name="column_value_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "source", "normalised"], name="column_value_by_words")]

    def __str__(self) -> str:
        return f"{self.table}.{self.column} = {self.text}"


class GapReason(models.TextChoices):
    TOO_MANY = "too_many", "More than a thousand distinct values: none is kept"
    LEFT_OUT = "left_out", "Values longer than 100 characters, or without a letter or digit, are left out"
    UNREADABLE = "unreadable", "It could not be read, or not in time"
    NOT_REACHED = "not_reached", "The sync ended its reading of values before this column"
    PERSONAL = "personal", "Its name sounds like personal data: none is kept"


class VocabularyGap(OfSource):
    """A text column whose dictionary is not whole: what it does not hold may be in the column all the same."""

    schema = models.TextField()
    table = models.TextField()
    column = models.TextField()
    reason = models.CharField(max_length=16, choices=GapReason.choices)

    class Meta(OfSource.Meta):
        ordering = ["schema", "table", "column"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "schema", "table", "column"], name="vocabulary_gap_once_per_column"
            )
        ]

    def __str__(self) -> str:
        return f"{self.schema}.{self.table}.{self.column}: {self.get_reason_display()}"
