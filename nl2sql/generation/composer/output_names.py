"""Names of what a statement computes: engines call a count `count`, `COUNT(*)` or `count_star()`. Pure."""

from nl2sql.generation.composer.plan import FUNCTIONS, Output, Plan
from nl2sql.generation.composer.words import name_words

MAX_CHARACTERS = 60
"""PostgreSQL cuts names at 63 bytes."""


def output_names(plan: Plan) -> list[str]:
    """One for each output, "" for columns, which have their own. No two are equal."""
    names: list[str] = []
    for output in plan.outputs:
        name = _name(output, plan)
        number = 2
        while name and name in names:
            name, number = f"{_name(output, plan)}_{number}", number + 1
        names.append(name)
    return names


def _name(output: Output, plan: Plan) -> str:
    match output.kind:
        case "period":
            return output.unit
        case "count":
            counted = plan.grain[1] if output.column is None else output.column.name
            return _joined("distinct" if output.distinct else "number of", counted)
        case "aggregate" if output.column is not None:
            return _joined(FUNCTIONS[output.function], output.column.name)
    return ""


def _joined(word: str, name: str) -> str:
    named = name_words(name) or ["rows"]
    # The total of `total_amount` is the total amount.
    words = named if word in named else [*word.split(), *named]
    return "_".join(words)[:MAX_CHARACTERS]
