"""How a form says that attributes are none."""

from django.core.exceptions import ValidationError

from tenants.attributes import attributes_from_json
from tenants.domain_error import Invalid


def validate_attributes(value: object) -> None:
    try:
        attributes_from_json(value)
    except Invalid as error:
        raise ValidationError(error.message) from None
