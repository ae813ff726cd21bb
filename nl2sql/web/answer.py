"""A run as the answer card shows it."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from nl2sql import runs
from nl2sql.chart_svg.draw import draw
from nl2sql.chart_svg.scale import number_text
from nl2sql.chart_svg.shape import TITLES, Kind, Picture, picture_of
from nl2sql.models import Run
from nl2sql.replies.answer_sentence import said_name
from nl2sql.trust.registry import title_of
from nl2sql.web.highlight import highlighted_sql
from nl2sql.web.result_table import TableView, order_of, table_view

_WORST_FIRST = ("failed", "undetermined", "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChart:
    """`kinds` are (kind, title) of every picture that fits."""

    kind: Kind
    kinds: tuple[tuple[Kind, str], ...]
    svg: str


def answer_of(run: Run, *, asked: QueryDict) -> dict[str, Any]:
    """The context of the card. `asked` may hold `sort`, `page` and `chart` for its table and picture."""
    reply = runs.reply_of(run)
    sql, trust = reply.get("sql"), reply.get("trust")
    return {
        "run": run,
        "reply": reply,
        "kept_until": runs.result_until(run) if reply["result"] else None,
        "table": shown_table(reply, asked=asked),
        "chart": shown_chart(reply, asked=asked),
        "big": _big(reply),
        "sql_html": highlighted_sql(sql["text"], dialect=sql["dialect"]) if sql else "",
        "checks": shown_checks(trust["checks"]) if trust else [],
        "not_done": not_done(trust),
    }


def _big(reply: dict[str, Any]) -> dict[str, str] | None:
    """Of a result that is one number."""
    picture = picture_of(reply.get("result"))
    if picture is None or picture.kinds != ("number",):
        return None
    series = picture.series[0]
    return {"name": said_name(series.name), "value": number_text(series.values[0] or 0.0)}


def shown_table(reply: dict[str, Any], *, asked: QueryDict) -> TableView | None:
    result = reply.get("result")
    if not result or not result["rows"]:
        return None
    page = asked.get("page", "")
    return table_view(
        result,
        order=order_of(asked.get("sort", ""), columns=len(result["columns"])),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def shown_chart(reply: dict[str, Any], *, asked: QueryDict) -> ShownChart | None:
    picture = picture_of(reply.get("result"))
    if picture is None:
        return None
    kind = chosen_kind(picture, asked.get("chart", ""))
    return ShownChart(
        kind=kind,
        kinds=tuple((one, TITLES[one]) for one in picture.kinds),
        svg=draw(picture, kind, title=f"{TITLES[kind]}: {reply['question']} The table holds the same figures."),
    )


def chosen_kind(picture: Picture, text: str) -> Kind:
    """The kind of that name where it fits, else the best."""
    return next((kind for kind in picture.kinds if kind == text), picture.kinds[0])


def shown_checks(checks: list[dict[str, str]]) -> list[dict[str, str]]:
    """With their titles; what failed comes first, then what is open."""
    worst_first = sorted(checks, key=lambda check: _WORST_FIRST.index(check["outcome"]))
    return [{**one, "title": title_of(one["name"])} for one in worst_first]


def not_done(trust: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """(title, why there was nothing to look at)."""
    receipt = (trust or {}).get("receipt") or {}
    return tuple((title_of(one["name"]), one["reason"]) for one in receipt.get("not_done", ()))
