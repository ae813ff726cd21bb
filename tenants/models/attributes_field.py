"""What is known of a principal, as it is stored."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.attributes import attributes_from_json
from tenants.domain_error import Invalid


def validate_attributes(value: object) -> None:
    try:
        attributes_from_json(value)
    except Invalid as error:
        raise ValidationError(error.message) from None


def attributes_field() -> "models.JSONField[Any]":
    return models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_attributes],
        help_text='What row rules of data sources ask for: {"region": "EU", "teams": [1, 2]}.',
    )
