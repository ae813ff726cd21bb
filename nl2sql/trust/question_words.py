"""Whether what the question plainly says is in the statement: its numbers, its stored values, its kind of sum. Pure.

Only words with one meaning count; what is missing leaves the answer open and never condemns it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from nl2sql.trust.check import Check, listed, passed, undetermined
from nl2sql.trust.statement import Statement, own_nodes
from schema_index.retrieval.types import StoredValue
from schema_index.words import identifier_words, normalised

NAME = "question_words"

_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w]|[.,-]\d)")
_QUOTED = re.compile(r"\"([^\"]{1,100})\"|(?<!\w)'([^']{1,100})'(?!\w)|“([^”]{1,100})”")
_AVERAGE = frozenset({"average", "mean", "avg", "averaged"})
_TOTAL = frozenset({"total", "sum", "combined", "altogether"})
_DISTINCT = frozenset({"distinct", "different", "unique"})
_MOST = frozenset({"highest", "largest", "maximum", "max", "most", "greatest", "biggest", "latest", "newest"})
_LEAST = frozenset({"lowest", "smallest", "minimum", "min", "fewest", "least", "earliest"})
_EACH_ONCE = re.compile(r"\b(?:how many|number of|count)(?: all| the)* (?:different|distinct|unique)\b")
_DENIALS = frozenset({"not", "never", "without", "no", "neither", "nor", "don", "doesn", "didn", "isn", "aren", "hasn"})
_NO_DENIAL = re.compile(r"\bnot only\b|\bno\.|\bor not\b|\bdo not\?", re.IGNORECASE)
_SUMS = _TOTAL | {"overall", "much", "many", "amount", "number", "count", "revenue", "spent", "cumulative"}
_MEANS = _AVERAGE | {"averages", "ratio", "rate", "percentage", "percent", "per", "proportion", "typical"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What a statement says: `texts` are its constants, `names` those of stored tables and columns that it reads, in
    words. What it calls its own outputs proves nothing."""

    statement: Statement
    tree: exp.Expr
    texts: list[str]
    names: list[str]
    words: frozenset[str]


def question_words(statement: Statement, *, question: str, values: Iterable[StoredValue], before: str = "") -> Check:
    names = _names(statement)
    words = frozenset(" ".join(names).split())
    read = _Read(statement=statement, tree=statement.tree, texts=_texts(statement.tree), names=names, words=words)
    missing = [
        *_numbers(read, question),
        *_values(read, question, values),
        *_kinds(read, question),
        *_tables(read, question),
        *_denials(read, question),
    ]
    if not missing and (uninvited := _uninvited(read, f"{before} {question}")):
        return undetermined(NAME, f"The statement {uninvited}, which the question does not say.")
    if not missing:
        return passed(NAME, "The numbers, stored values and kinds of sum that the question names are in the statement.")
    return undetermined(NAME, f"The question says {listed(tuple(missing))}; nothing in the statement stands for it.")


def names_in(question: str, name: str) -> bool:
    """Whether the question holds all words of a table's name, in any number."""
    asked = {_stem(word) for word in normalised(question).split()}
    return all(_stem(word) in asked for word in identifier_words(name).split())


def _stem(word: str) -> str:
    for ending, other in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + other
    return word


def _texts(tree: exp.Expr) -> list[str]:
    literals = [node.name for node in tree.find_all(exp.Literal)]
    return [*literals, *(("true", "false")[not node.this] for node in tree.find_all(exp.Boolean))]


def _numbers(read: _Read, question: str) -> list[str]:
    """Numbers are looked for as numbers, and within dates and texts."""
    plain = {float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", " ".join((*read.texts, *read.names)))}
    unquoted = _QUOTED.sub(" ", question)
    asked = [found.replace(",", "") for found in _NUMBER.findall(unquoted)]
    return [number for number in dict.fromkeys(asked) if not _stands(float(number), plain)]


def _stands(number: float, known: set[float]) -> bool:
    """Also as the next whole number, where a bound is written the other way, and as a share of 100."""
    near = {number, number + 1, number - 1, number / 100, number * 100} if number < 1000 else {number}
    return bool(known & near) if number < 1000 else number in known or number * 1000 in known or number * 1e6 in known


def _values(read: _Read, question: str, values: Iterable[StoredValue]) -> list[str]:
    """Quoted words, and stored values that the question spells as they are stored, capitals included."""
    known = normalised(" ".join(read.texts))
    quoted = [next(part for part in found if part) for found in _QUOTED.findall(question) if any(found)]
    names = normalised(" ".join(read.names))
    stored = [
        value.text
        for value in values
        if value.text in question and (any(c.isupper() for c in value.text[1:]) or _is_name(value.text, question))
    ]
    longest = [text for text in stored if not any(text != other and text in other for other in stored)]
    wanted = dict.fromkeys([*quoted, *longest])
    return [
        f"“{text}”"
        for text in wanted
        if (plain := normalised(text)) and plain not in known and _stem(plain) not in known and plain not in names
    ]


def _is_name(text: str, question: str) -> bool:
    """Capitalised within the sentence, so no common word."""
    return text[:1].isupper() and not question.startswith(text)


def _names(statement: Statement) -> list[str]:
    tables = [
        relation.table.name for block in statement.blocks for relation in block.relations.values() if relation.table
    ]
    columns = [
        node.name
        for block in statement.blocks
        for node in own_nodes(block.select, exp.Column)
        if block.table_of(node) is not None
    ]
    return [identifier_words(name) for name in (*tables, *columns)]


def _tables(read: _Read, question: str) -> list[str]:
    """Tables that the question names and nothing that is read stands for: neither a name nor a reference to them."""
    blocks, tables = read.statement.blocks, read.statement.schema.tables
    used = {relation.table for block in blocks for relation in block.relations.values() if relation.table}
    named = {_stem(word) for word in read.words}
    prefix = _shared_prefix([table.name.lower() for table in tables])
    referred = {(key.target_schema, key.target_table) for table in used for key in table.foreign_keys}
    return [
        f"“{table.name}”, which is a table"
        for table in tables
        if table not in used
        and (table.schema, table.name) not in referred
        and names_in(question, table.name.lower().removeprefix(prefix))
        and not {_stem(word) for word in identifier_words(table.name).split()} <= named
    ]


def _shared_prefix(names: list[str]) -> str:
    """What several tables' names all begin with ("sbcustomer", "sbticker") tells nothing apart."""
    first, last = min(names), max(names)
    length = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:length] if len(names) >= 3 and all(len(name) >= length + 3 for name in names) else ""


def _kinds(read: _Read, question: str) -> list[str]:
    """Words for a kind of sum, unless a name that the statement reads holds the same word."""
    words, tree = set(normalised(question).split()), read.tree
    missing = []
    for wanted, kinds in ((_AVERAGE, (exp.Avg,)), (_TOTAL, (exp.Sum, exp.Count))):
        said = [] if read.words & wanted else sorted(words & wanted)
        if said and not tree.find(*kinds) and not (wanted is _AVERAGE and tree.find(exp.Div)):
            missing.append(f"“{said[0]}”")
    return [*missing, *_extremes(tree, words - read.words), *_counts(read, normalised(question), words)]


def _extremes(tree: exp.Expr, words: set[str]) -> list[str]:
    """`at most` and `at least` are bounds; any other extreme is an aggregate or an order."""
    orders = [bool(node.args.get("desc")) for node in tree.find_all(exp.Ordered)]
    if "at" in words:
        return []
    if words & _MOST and words & _LEAST:
        return _one_extreme(tree, words) if not orders else []
    missing = []
    for wanted, kind, other, descending in ((_MOST, exp.Max, exp.Min, True), (_LEAST, exp.Min, exp.Max, False)):
        said = sorted(words & wanted)
        is_open = tree.find(other) or orders or not tree.find(exp.Window, exp.All, exp.Limit)
        if said and is_open and not tree.find(kind) and descending not in orders:
            missing.append(f"“{said[0]}”")
    return missing


def _one_extreme(tree: exp.Expr, words: set[str]) -> list[str]:
    """Both are asked for, and only one is taken."""
    most, least = tree.find(exp.Max), tree.find(exp.Min)
    if bool(most) == bool(least):
        return []
    return [f"“{sorted(words & (_LEAST if most else _MOST))[0]}”"]


def _counts(read: _Read, question: str, words: set[str]) -> list[str]:
    tree = read.tree
    missing = []
    has_count = read.words & {"count", "number", "num", "total", "amount", "quantity"}
    if question.startswith(("how many ", "count the ")) and not has_count and not tree.find(exp.Count, exp.Sum):
        missing.append("“how many”")
    counts = list(tree.find_all(exp.Count))
    counts_rows = any(not isinstance(node.this, exp.Column) for node in counts)
    if (said := sorted(words & _DISTINCT)) and not counts_rows and not tree.find(exp.Distinct, exp.Group, exp.Union):
        missing.append(f"“{said[0]}”")
    elif said and _EACH_ONCE.search(question) and any(isinstance(node.this, exp.Column) for node in counts):
        missing += [] if tree.find(exp.Distinct) else [f"“{said[0]}”"]
    return missing


def _denials(read: _Read, question: str) -> list[str]:
    """Nothing of the statement excludes anything. A comparison or a stored "no" may be how a denial is written."""
    said = sorted(set(normalised(_NO_DENIAL.sub(" ", question)).split()) & _DENIALS)
    tree = read.tree
    texts = {text.lower() for text in read.texts}
    excludes = tree.find(exp.Not, exp.NEQ, exp.Except, exp.Is, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Boolean, exp.Case)
    outer = any(join.side for join in tree.find_all(exp.Join))
    if not said or excludes or outer or texts & {"n", "no", "0", "f", "false"} or any("no" in text for text in texts):
        return []
    return [f"“{said[0]}”"]


def _uninvited(read: _Read, question: str) -> str:
    """An average, or a count of each value once over one table, where nothing in the question speaks of it."""
    words, named, tree = set(normalised(question).split()), read.words, read.tree
    if tree.find(exp.Avg) and not (words | named) & _MEANS:
        return "takes an average"
    # An average may be written as a sum divided.
    sums = tree.find(exp.Sum) and not tree.find(exp.Div)
    if sums and words & _AVERAGE and not (words | named) & _SUMS:
        return "takes a sum"
    if words & (_DISTINCT | {"kinds", "types", "kind", "type"}) or any(
        len(one.relations) > 1 for one in read.statement.blocks
    ):
        return ""
    counted = [node.this for node in tree.find_all(exp.Count) if isinstance(node.this, exp.Distinct)]
    columns = [column.name for one in counted for column in one.find_all(exp.Column)]
    entities = [identifier_words(name).removesuffix(" id") for name in columns]
    return "counts each value once" if counted and not any(names_in(question, one) for one in entities) else ""
