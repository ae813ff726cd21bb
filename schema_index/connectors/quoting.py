"""Identifiers as engines write them. Imported by the children too, thus of the standard library alone."""


def quoted(identifier: str, *, mark: str = '"') -> str:
    return mark + identifier.replace(mark, mark * 2) + mark


def backquoted(identifier: str) -> str:
    return quoted(identifier, mark="`")
