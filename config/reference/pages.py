"""All pages of the reference."""

from config.reference.command_pages import command_pages
from config.reference.error_table import error_table
from config.reference.licences import licence_table
from config.reference.metric_table import metric_table
from config.reference.operation_pages import operation_pages
from config.reference.settings_table import settings_table

NOTE = "<!-- Written by `manage.py reference --write`: change the code it describes. -->"

PAGES = {
    "settings": settings_table,
    "api": operation_pages,
    "errors": error_table,
    "commands": command_pages,
    "metrics": metric_table,
    "licences": licence_table,
}


def page(name: str) -> str:
    """The text of docs/reference/<name>.md, as the code of now has it."""
    return f"{NOTE}\n\n{PAGES[name]()}\n"
