"""Questions of which a person said what an answer needs: what retrieval is compared with and calibrated on."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db import models
from django.db.models.functions import MD5

from schema_index.models.of_source import OfSource

MAX_QUESTION = 2_000
"""Characters, as the API accepts."""

MAX_TABLES = 50


class JudgedQuestion(OfSource):
    question = models.TextField(validators=[MaxLengthValidator(MAX_QUESTION), ProhibitNullCharactersValidator()])
    tables = models.JSONField(
        default=list,
        blank=True,
        help_text='Every table an answer needs: ["schema.table"]. Empty where nothing in the source answers it.',
    )
    origin = models.CharField(max_length=100, help_text="Where the judgement comes from, such as a file's name.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(OfSource.Meta):
        ordering = ["question", "id"]
        constraints = [
            # Of a digest: an index entry cannot hold a question of 2,000 characters.
            models.UniqueConstraint("tenant", "source", MD5("question"), name="judged_question_once_per_source")
        ]

    def __str__(self) -> str:
        return self.question

    def clean(self) -> None:
        """Otherwise a single name would count as a list of letters."""
        given = self.tables
        if not isinstance(given, list) or not all(
            isinstance(name, str) and name and "\0" not in name for name in given
        ):
            raise ValidationError({"tables": 'Write a list of names: ["schema.table"].'})
        if len(given) > MAX_TABLES:
            raise ValidationError({"tables": f"Name at most {MAX_TABLES} tables."})
