"""FAQ and documents are complete and speak of what exists."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nl2sql.demo import bean_there, northlight
from nl2sql.demo.knowledge import Document, load


@pytest.mark.parametrize("slug", ["bean-there", "bean_there", "northlight"])
def test_each_tenant_has_an_faq_and_documents(slug: str) -> None:
    knowledge = load(slug)
    assert 10 <= len(knowledge.faq) <= 15
    assert len({entry.question for entry in knowledge.faq}) == len(knowledge.faq)
    assert all(entry.question.endswith("?") and entry.answer.strip() == entry.answer for entry in knowledge.faq)
    assert 3 <= len(knowledge.documents) <= 4
    assert all(document.title and len(document.text) > 200 for document in knowledge.documents)


def test_the_title_of_a_document_is_its_first_line() -> None:
    first = load("northlight").documents[0]
    assert first.title == "Recurring revenue: MRR, ARR, expansion"
    assert first.text.startswith("All amounts are in US dollars without tax.")


def test_terms_are_defined_for_each_tenant() -> None:
    for slug in ("bean-there", "northlight"):
        knowledge = load(slug)
        text = " ".join(
            [entry.question for entry in knowledge.faq] + [item.text for item in knowledge.documents]
        ).lower()
        assert [term for term in ("active customer", "net revenue", "fiscal year") if term not in text] == []


def test_another_tenant_has_no_knowledge() -> None:
    with pytest.raises(LookupError, match="bean-there, northlight"):
        load("../northlight")


def _texts(slug: str) -> str:
    knowledge = load(slug)
    documents: tuple[Document, ...] = knowledge.documents
    return "\n".join([entry.answer for entry in knowledge.faq] + [document.text for document in documents])


def test_qualified_names_in_bean_theres_texts_exist() -> None:
    ddl = "".join((Path(bean_there.__path__[0]) / file).read_text() for file in ("tables.sql", "views.sql"))
    bodies = dict(re.findall(r"CREATE (?:TABLE|VIEW) (\w+\.\w+) (?:\(|AS)(.*?)(?=\n\);|;\n)", ddl, re.DOTALL))
    mentioned = set(re.findall(r"\b((?:sales|operations)\.\w+)(?:\.(\w+))?", _texts("bean-there")))
    assert len(mentioned) > 20
    assert [(table, column) for table, column in sorted(mentioned) if table not in bodies] == []
    assert [
        (table, column)
        for table, column in sorted(mentioned)
        if column and not re.search(rf"\b{column}\b", bodies[table])
    ] == []


def test_qualified_names_in_northlights_texts_exist() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript((Path(northlight.__path__[0]) / "tables.sql").read_text())
        tables = [
            name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        ]
        columns = {
            f"{table}.{column}"
            for table in tables
            for (column,) in database.execute("SELECT name FROM pragma_table_info(?)", [table])
        }
    mentioned = set(re.findall(rf"\b(?:{'|'.join(tables)})\.\w+", _texts("northlight")))
    assert len(mentioned) > 10
    assert sorted(mentioned - columns) == []
