"""What is known of a principal, as memberships, keys and invitations store it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.attributes import attributes_from_json
from tenants.domain_error import Invalid
from tenants.roles import Role


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


def role_is_known(name: str) -> models.CheckConstraint:
    """Roles are a closed set: an unknown one would silently permit nothing, and have a policy of nobody."""
    return models.CheckConstraint(condition=models.Q(role__in=[role.value for role in Role]), name=name)
