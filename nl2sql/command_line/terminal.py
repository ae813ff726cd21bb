"""A reply for people at a terminal; plain lines where the output is no terminal."""

from collections.abc import Iterator
from typing import Any, TextIO

from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax
from rich.table import Table

from nl2sql.execution.results import NUMBERS, cell_text
from nl2sql.replies.reply import pretty_sql, said_choice

SHOWN_ROWS = 20
PLAIN_WIDTH = 120


def print_reply(reply: dict[str, Any], *, file: TextIO) -> None:
    console = Console(file=file, width=None if file.isatty() else PLAIN_WIDTH, highlight=False)
    console.print(f"[bold]{escape(reply['question'])}[/bold]")
    for hit in reply["retrieval"]["tables"][:10]:
        similarity = "  -  " if hit["similarity"] is None else f"{hit['similarity']:.3f}"
        console.print(f"  {similarity}  {escape(hit['name'])}  [dim]{escape(hit['reason'])}[/dim]")
    if reply["interpreted_as"]:
        console.print(f"[dim]Read as:[/dim] {escape(reply['interpreted_as'])}")
    for assumption in reply["assumptions"]:
        console.print(f"[dim]Assumed:[/dim] {escape(assumption)}")
    if reply["sql"]:
        sql = pretty_sql(reply["sql"]["text"], dialect=reply["sql"]["dialect"])
        console.print(Syntax(sql, "sql", background_color="default", word_wrap=True) if file.isatty() else escape(sql))
    if reply["result"]:
        console.print(_table(reply["result"]))
    label = f" [dim]({reply['trust']['label']})[/dim]" if reply["trust"] else ""
    console.print(f"{escape(reply['answer'])}{label}")
    for line in _beside(reply):
        console.print(f"  {escape(line)}")


def _beside(reply: dict[str, Any]) -> Iterator[str]:
    """What a reader has to know beside the answer: what is not certain, what to choose from, what there is instead."""
    for check in (reply["trust"] or {}).get("checks", ()):
        if check["outcome"] != "passed":
            yield f"{check['outcome']}: {check['detail']}"
    for number, choice in enumerate((reply["clarification"] or {}).get("choices", ()), start=1):
        yield f"{number}. {said_choice(choice)}"
    refusal = reply["refusal"] or {"missing": [], "available": []}
    unsaid = [word for word in refusal["missing"] if f"'{word}'" not in reply["answer"]]
    if unsaid:
        yield f"could not be placed: {', '.join(unsaid)}"
    if refusal["available"]:
        yield f"there is: {', '.join(refusal['available'])}"


def _table(result: dict[str, Any]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for column in result["columns"]:
        table.add_column(escape(column["name"]), justify="right" if column["type"] in NUMBERS else "left")
    for row in result["rows"][:SHOWN_ROWS]:
        table.add_row(*(escape(cell_text(value)) for value in row))
    if len(result["rows"]) > SHOWN_ROWS:
        table.caption = f"{len(result['rows']) - SHOWN_ROWS} more rows"
    return table
