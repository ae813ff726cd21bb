"""A data source as a newcomer describes it. The rarer settings are the administration's."""

from typing import Any

from django import forms
from django.utils.text import slugify

from schema_index.connectors.connection import TLS_MODES
from schema_index.connectors.registry import ENGINES, dialect_choices
from schema_index.models import DataSource

CONNECTION = ("dialect", "host", "port", "database", "username", "tls")
_FILES = {engine.dialect: engine.label for engine in ENGINES.values() if engine.is_file}
_PORTS = ", ".join(f"{engine.port} for {engine.label}" for engine in ENGINES.values() if not engine.is_file)


class SourceForm(forms.Form):
    engines_of_files = tuple(_FILES)
    name = forms.CharField(max_length=200, help_text="What people call it: “Sales”, “Web shop”.")
    dialect = forms.ChoiceField(
        choices=dialect_choices, initial=next(iter(ENGINES)), widget=forms.RadioSelect, label="Engine"
    )
    host = forms.CharField(max_length=253, required=False, help_text="For example db.example.com.")
    port = forms.IntegerField(
        min_value=1, max_value=65_535, required=False, help_text=f"Empty for the engine's own: {_PORTS}."
    )
    database = forms.CharField(
        max_length=500,
        help_text=f"The database's name; for {' and '.join(_FILES.values())}, a file that the operator put into your "
        "tenant's folder.",
    )
    username = forms.CharField(
        max_length=100, required=False, label="User name", help_text="A role that may only read."
    )
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted, and never shown again.",
    )
    tls = forms.ChoiceField(
        choices=[(mode, mode) for mode in reversed(TLS_MODES)],
        initial="prefer",
        label="Encryption",
        help_text="verify-full for a server that is reached over a network others share.",
    )
    index_values = forms.BooleanField(
        required=False,
        initial=True,
        label="Keep distinct values of short text columns, so that questions can name them",
        help_text="Columns that sound like personal data are left out.",
    )

    def __init__(self, *args: Any, source: DataSource | None = None, **kwargs: Any) -> None:
        if source is not None:
            names = ("name", "index_values", *CONNECTION)
            kwargs["initial"] = {name: getattr(source, name) for name in names}
        super().__init__(*args, **kwargs)
        self.source = source

    @property
    def slug(self) -> str:
        """Of a source that is there already, its own; else from the name."""
        return self.source.slug if self.source else slugify(self.cleaned_data["name"])[:63].strip("-")

    @property
    def stored(self) -> dict[str, Any]:
        """The fields as they are kept; of a file, nothing about a server."""
        kept = {name: self.cleaned_data[name] for name in ("name", "index_values", *CONNECTION)}
        if kept["dialect"] in _FILES:
            kept |= {"host": "", "port": None, "username": "", "tls": "prefer"}
        return kept

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "dialect" in cleaned and cleaned["dialect"] not in _FILES and not cleaned.get("host"):
            self.add_error("host", "Where is the server? Give its name or address.")
        if "name" in cleaned and not self.slug:
            self.add_error("name", "Use some letters a to z or digits: they become the source's address.")
        moved = self.source is not None and any(name in self.changed_data for name in CONNECTION)
        if moved and self.source and self.source.encrypted_password and not cleaned.get("password"):
            # Otherwise whoever may edit a source could have its password sent to a server of their own.
            self.add_error("password", "Enter the password again: the stored one goes only to the server it was for.")
        return cleaned
