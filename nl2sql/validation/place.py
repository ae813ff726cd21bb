"""Where in the statement a finding lies, in words for a person and a model."""

from sqlglot import exp


def place(node: exp.Expr) -> str:
    """`line 2, column 14`, counted from 1, of `node` or its first part that knows; empty when none does."""
    for part in node.walk():
        line, column = part.meta.get("line"), part.meta.get("col")
        if line is not None and column is not None:
            start = part.meta.get("start", 0)
            end = part.meta.get("end", start)
            return f"line {line}, column {max(1, column - (end - start))}"
    return ""


def offset_place(sql: str, offset: int) -> str:
    """The same words for a character offset into the text."""
    line = sql.count("\n", 0, offset) + 1
    return f"line {line}, column {offset - (sql.rfind(chr(10), 0, offset) + 1) + 1}"
