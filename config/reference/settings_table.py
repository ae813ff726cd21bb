"""Every setting with its default and meaning."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from config.environment import BASE_DIR, Environment
from config.reference.markdown import table

INTRODUCTION = """# Settings

They come from the environment, then `.env`, then files named like the variables in the folder that `SECRETS_DIR`
names, then the secret of AWS Secrets Manager that `AWS_SECRET_ID` names; `ENV_FILE` names another file than `.env`. A
wrong value stops the start with a sentence."""


def settings_table() -> str:
    rows = [
        [f"`{variable_name(name)}`", _default(field.default), field.description or ""]
        for name, field in Environment.model_fields.items()
    ]
    return f"{INTRODUCTION}\n\n{table(['variable', 'default', 'meaning'], rows)}"


def variable_names() -> dict[str, FieldInfo]:
    """Every environment variable that is read, the aliases too."""
    return {alias.upper(): field for name, field in Environment.model_fields.items() for alias in _aliases(name, field)}


def variable_name(name: str) -> str:
    """The one documented variable of a field; its aliases are named in its description."""
    return next(iter(_aliases(name, Environment.model_fields[name]))).upper()


def _aliases(name: str, field: FieldInfo) -> Iterable[str]:
    if isinstance(field.validation_alias, AliasChoices):
        return [str(choice) for choice in field.validation_alias.choices]
    return [name]


def _default(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = ",".join(str(one) for one in value)
    if isinstance(value, Path):
        value = value.relative_to(BASE_DIR)
    if isinstance(value, bool):
        value = str(value).lower()
    return "" if value is None or value == "" else f"`{value}`"
