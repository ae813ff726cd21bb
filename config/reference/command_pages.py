"""Every management command of ours with its arguments."""

from argparse import Action

from django.core.management import get_commands, load_command_class

from config.reference.markdown import table

APPS = ("config", "nl2sql", "schema_index", "tenants")
EVERYWHERE = frozenset(
    {
        *("help", "version", "verbosity", "settings", "pythonpath"),
        *("traceback", "no_color", "force_color", "skip_checks"),
    }
)
"""Destinations of the options that Django gives every command."""

INTRODUCTION = """# Commands

Each is run as `.venv/bin/python manage.py <command>`, in the image as `python manage.py <command>`. All of them
take Django's own options too (`--help`, `--traceback`, `--no-color`, …). `make help` lists the commands of the
Makefile."""


def own_commands() -> dict[str, str]:
    """Names with their applications, in order."""
    return {name: app for name, app in sorted(get_commands().items()) if app in APPS}


def command_pages() -> str:
    return "\n\n".join([INTRODUCTION, *(_command(name, app) for name, app in own_commands().items())])


def own_arguments(name: str, app: str) -> list[Action]:
    """Without those that every command of Django has."""
    parser = load_command_class(app, name).create_parser("manage.py", name)
    return [action for action in parser._actions if action.dest not in EVERYWHERE]


def _command(name: str, app: str) -> str:
    arguments = own_arguments(name, app)
    parts = [f"## {name}", load_command_class(app, name).help]
    if arguments:
        parts.append(table(["argument", "meaning"], [[_written(one), _meaning(one)] for one in arguments]))
    return "\n\n".join(parts)


def _written(action: Action) -> str:
    """As it is typed; what may be left out stands in brackets."""
    value = "" if action.nargs == 0 else _value(action)
    if not action.option_strings:
        return f"`[{value}]`" if action.nargs == "?" else f"`{value}`"
    text = f"{action.option_strings[-1]} {value}".strip()
    return f"`{text}`" + (" (needed)" if action.required else "")


def _value(action: Action) -> str:
    if action.choices:
        return "|".join(str(one) for one in action.choices)
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    return action.metavar or (action.dest.upper() if action.option_strings else action.dest)


def _meaning(action: Action) -> str:
    text = action.help or ""
    shown = action.default is not None and action.nargs != 0 and action.default != []
    return f"{text} Default: `{action.default}`." if shown else text
