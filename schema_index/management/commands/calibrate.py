import sys
from typing import Any

from django.core.management.base import CommandParser

from schema_index.embedding.calibrate_threshold import Calibration, calibrate_threshold, forget_threshold
from schema_index.retrieval.calibration import FEWEST, Calibrated, TooFew
from schema_index.sources import pick
from tenants import tenancy
from tenants.context import tenant_transaction
from tenants.management.domain_command import ACTOR, DomainCommand, add_tenant

SHOWN = 20
REFUSED = 4


class Command(DomainCommand):
    help = "Set the similarity at which a hit counts from the tenant's judged questions (manage.py import_questions)."

    def add_arguments(self, parser: CommandParser) -> None:
        add_tenant(parser)
        parser.add_argument("--source", help="Slug: only this source's questions; by default all of the tenant's.")
        parser.add_argument("--forget", action="store_true", help="Go back to the embedding model's own threshold.")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = tenancy.by_slug(options["tenant"])
        if options["forget"]:
            self.stdout.write(f"The threshold is the model's own again: {forget_threshold(tenant.id, actor=ACTOR)}.")
            return
        with tenant_transaction(tenant.id):
            source_id = pick(options["source"]).id if options["source"] else None
        done = calibrate_threshold(tenant.id, source_id=source_id, actor=ACTOR, progress=self.show_progress)
        self.stdout.write(f"{done.model}: {done.tables} needed tables of {done.questions} judged questions.")
        self.stdout.write(_told("in force until now", done.before))
        self.stdout.write(_outcome(done))
        for question in done.broken[:SHOWN]:
            self.stdout.write(f"  no longer finds its tables: {question}")
        if done.is_refused:
            sys.exit(REFUSED)


def _outcome(done: Calibration) -> str:
    if isinstance(done.after, TooFew):
        return (
            f"The threshold stays {done.before.threshold:.2f}: {done.after.known} needed tables are known, and fewer "
            f"than {FEWEST} say too little. Import more with manage.py import_questions."
        )
    if done.is_refused:
        told = _told("refused", done.after)
        return f"{told} It breaks {len(done.broken)} judged questions, and EVALUATION_GATE refuses that."
    return _told("set now", done.after)


def _told(when: str, one: Calibrated) -> str:
    refused = (
        "no question is known that needs nothing here"
        if one.refused is None
        else f"leaves {one.refused:.3f} of the questions that need nothing here without a similar table"
    )
    return f"  {when}: {one.threshold:.2f} keeps {one.kept:.3f} of the needed tables; {refused}."
