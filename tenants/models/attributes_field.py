"""How a form says that attributes are none."""

from django.core.exceptions import ValidationError

from tenants.attributes import AttributesInvalid, attributes_from_json


def validate_attributes(value: object) -> None:
    try:
        attributes_from_json(value)
    except AttributesInvalid as error:
        raise ValidationError(error.message) from None
