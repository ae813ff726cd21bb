#!/usr/bin/env python
"""Querent's commands: `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415  after the settings are named

    from config.startup import ensure_database_server  # noqa: PLC0415

    ensure_database_server()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
