import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from schema_index.vector_index.advice import Action, Advice, SpaceIndex, advise_space, advise_table
from schema_index.vector_index.measure import TableFacts, TenantState, table_facts, tenant_state, vector_indexes
from tenants.management.domain_command import DomainCommand, one_or_all
from tenants.models import Tenant

MENDING = {
    Action.BUILD: "manage.py build_indexes",
    Action.REINDEX: "manage.py build_indexes",
    Action.DROP: "manage.py build_indexes",
    Action.VACUUM: "VACUUM schema_index_chunkembedding, as its owner; or make autovacuum more eager",
    Action.EMBED: "start a Celery worker, or see why its texts are refused",
}


class Command(DomainCommand):
    help = "Show each tenant's vectors, index sizes and use, waiting chunks, and what to do about them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="Slug; all tenants without it.")
        parser.add_argument("--json", action="store_true", help="One object, for scripts.")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = one_or_all(options["tenant"])
        indexes, facts = vector_indexes(), table_facts()
        advice = advise_table(live_rows=facts.live_rows, dead_rows=facts.dead_rows)
        states = [(tenant, tenant_state(tenant.id, indexes=indexes)) for tenant in tenants]
        leftovers = [index.name for index in indexes if not index.is_valid]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(states, facts, advice, leftovers)))
        else:
            self._print(states, facts, advice, leftovers)

    def _print(
        self, states: list[tuple[Tenant, TenantState]], facts: TableFacts, advice: Advice, leftovers: list[str]
    ) -> None:
        self.stdout.write(
            f"All tenants: about {facts.live_rows:,} vectors, {facts.dead_rows:,} dead rows, table "
            f"{_mb(facts.table_bytes)}, indexes {_mb(facts.index_bytes)}{_told(advice)}"
        )
        for name in leftovers:
            self.stdout.write(f"Left by an interrupted build: {name} → {MENDING[Action.DROP]}")
        for tenant, state in states:
            self.stdout.write(f"{tenant.slug}: {state.chunks:,} chunks")
            for space in state.spaces:
                self.stdout.write(f"  {_line(space)}{_told(advise_space(space))}")


def _line(space: SpaceIndex) -> str:
    index = (
        "exact search"
        if space.index_bytes is None
        else f"index {_mb(space.index_bytes)}, used {space.index_scans or 0:,} times"
    )
    return f"{space.model} ({space.dimension}): {space.vectors:,} vectors, {space.pending:,} waiting, {index}"


def _told(advice: Advice) -> str:
    if advice.action is Action.NOTHING:
        return ""
    return f"\n    {advice.action}: {advice.reason} → {MENDING[advice.action]}"


def _mb(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


def _as_json(
    states: list[tuple[Tenant, TenantState]], facts: TableFacts, advice: Advice, leftovers: list[str]
) -> dict[str, Any]:
    return {
        "table": {**asdict(facts), "advice": advice.action, "reason": advice.reason},
        "leftovers": leftovers,
        "tenants": [
            {
                "tenant": tenant.slug,
                "chunks": state.chunks,
                "spaces": [
                    {**asdict(space), "advice": found.action, "reason": found.reason}
                    for space in state.spaces
                    for found in [advise_space(space)]
                ],
            }
            for tenant, state in states
        ],
    }
