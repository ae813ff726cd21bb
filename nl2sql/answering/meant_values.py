"""A refusal that says which stored values its words without a place may mean."""

from dataclasses import replace

from nl2sql.generation.base import Refused
from nl2sql.task import Task
from schema_index.value_dictionary.near_values import near_values
from tenants.context import tenant_transaction


def with_meant_values(task: Task, refused: Refused) -> Refused:
    """Only values that the asker may be shown. The guess is told and never followed: who meant it asks again."""
    if not refused.missing:
        return refused
    with tenant_transaction(task.tenant_id):
        meant = near_values(refused.missing, source_id=task.source_id, schema=task.catalogue.valued)
    if not meant:
        return refused
    said = " and ".join(f"'{value}'" for value in dict.fromkeys(meant.values()))
    return replace(refused, message=f"{refused.message} Did you mean {said}?")
