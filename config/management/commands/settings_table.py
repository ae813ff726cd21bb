from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo

from config.environment import BASE_DIR, Environment

BEGIN = "<!-- settings: written by `manage.py settings_table --write` -->"
END = "<!-- settings end -->"


class Command(BaseCommand):
    help = "Print the table of settings as Markdown, or write it into README.md."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Replace the table between README.md's markers.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(settings_table())
            return
        readme = BASE_DIR / "README.md"
        try:
            readme.write_text(with_table(readme.read_text(encoding="utf-8")), encoding="utf-8")
        except ValueError as error:
            raise CommandError(str(error)) from None


def settings_table() -> str:
    """Every setting as a Markdown table between its markers."""
    rows = [
        f"| `{variable_name(name)}` | {_default(field.default)} | {_cell(field.description or '')} |"
        for name, field in Environment.model_fields.items()
    ]
    return "\n".join([BEGIN, "| variable | default | meaning |", "|---|---|---|", *rows, END])


def with_table(text: str) -> str:
    """`text` with today's table between the markers. Raises ValueError where the markers are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The text lacks the lines {BEGIN} and {END}: put them where the table belongs.")
    return before + settings_table() + after


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


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
