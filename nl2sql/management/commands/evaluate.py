import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from nl2sql.evaluation.accepted_states import untried
from nl2sql.evaluation.configuration_words import differences
from nl2sql.evaluation.evaluate import ROLE, compare, evaluate, find
from nl2sql.evaluation.gate import GateReport, of_a_first
from nl2sql.evaluation.question_set import MAX_LINE_BYTES, EvaluationQuestion, parse
from nl2sql.evaluation.question_sources import KEPT, NothingKept, evenly, kept_questions
from nl2sql.evaluation.report import compared_json, compared_lines, score_lines
from nl2sql.evaluation.scores import Scores, as_json
from nl2sql.evaluation.standing import gate_report, settle
from nl2sql.models import Evaluation
from tenants import tenancy
from tenants.domain_error import DomainError
from tenants.management.domain_command import ACTOR, DomainCommand
from tenants.models import Tenant
from tenants.principal import principal_of_role
from tenants.tenancy import all_tenants

FAILED, REFUSED = 1, 4
FIRST = GateReport(is_refused=False, message="There is no earlier evaluation of this set to compare with.")
VERIFIED = "verified"


class Command(DomainCommand):
    help = (
        "Ask a set of questions whose answers are known, and score what comes back. "
        "Exit code 0: evaluated; 1: something failed; 4: the gate refuses what is new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", nargs="?", help=f"A file of JSON lines, or one of {', '.join(sorted(KEPT))}.")
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", help="Slug of the tenant.")
        whose.add_argument(
            "--all-tenants",
            action="store_true",
            help="Each tenant that keeps such a set; of verified queries with --gate, each to which something is new.",
        )
        parser.add_argument("--source", default="", help="Slug: ask every question of this source.")
        parser.add_argument("--name", default="", help="What the evaluation is for.")
        parser.add_argument("--limit", type=int, help="Only so many questions, evenly spread.")
        parser.add_argument("--extra-columns", action="store_true", help="An answer may hold further columns.")
        parser.add_argument(
            "--gate",
            action="store_true",
            help="Judge what changed since the set's last evaluation; of verified queries, accept what breaks none.",
        )
        parser.add_argument(
            "--accept", action="store_true", help="With --gate: accept what is new whatever it breaks, and tell that."
        )
        parser.add_argument(
            "--compare", nargs=2, type=UUID, metavar=("BEFORE", "AFTER"), help="Ids of two evaluations."
        )
        parser.add_argument("--json", action="store_true", help="One JSON object a tenant instead of text.")

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["set"] is None) == (options["compare"] is None):
            raise CommandError("Give a set of questions, or --compare with two ids.", returncode=2)
        if options["accept"] and not options["gate"]:
            raise CommandError("--accept goes with --gate.", returncode=2)
        if options["all_tenants"]:
            self._evaluate_all(options)
            return
        tenant = tenancy.by_slug(options["tenant"])
        if options["compare"]:
            before, after = (find(tenant.id, one) for one in options["compare"])
            self._compare(before, after, as_text=not options["json"])
        elif not self._evaluate(tenant, options):
            sys.exit(REFUSED)

    def _compare(self, before: Evaluation, after: Evaluation, *, as_text: bool) -> None:
        found, what = compare(before, after), differences(before.configuration, after.configuration)
        if not as_text:
            self.stdout.write(json.dumps(compared_json(found, differences=what), indent=2, ensure_ascii=False))
            return
        for line in compared_lines(found, differences=what):
            self.stdout.write(line)

    def _evaluate_all(self, options: dict[str, Any]) -> None:
        """One tenant after the other: what fails with one keeps no other from its trial."""
        if options["set"] not in KEPT:
            raise CommandError(f"--all-tenants takes {' or '.join(sorted(KEPT))}.", returncode=2)
        codes = set()
        for tenant in all_tenants():
            if tenant.is_suspended or (options["gate"] and options["set"] == VERIFIED and not untried(tenant.id)):
                continue
            try:
                codes.add(0 if self._evaluate(tenant, options) else REFUSED)
            except NothingKept:
                continue
            except DomainError as error:
                self.stderr.write(f"{tenant.slug}: {error.message}")
                codes.add(FAILED)
        if not codes:
            self.stderr.write("No tenant has anything to try.")
        if max(codes, default=0):
            sys.exit(max(codes))

    def _evaluate(self, tenant: Tenant, options: dict[str, Any]) -> bool:
        """Whether what was evaluated may be used."""
        questions = _questions(tenant, name=options["set"], source=options["source"], limit=options["limit"])
        principal = principal_of_role(tenant.id, actor=ACTOR, role=ROLE)
        evaluation, scores = evaluate(
            principal,
            questions,
            set_name=Path(options["set"]).name,
            name=options["name"],
            source=options["source"],
            extra_columns_allowed=options["extra_columns"],
            progress=self.show_progress,
        )
        report = _judged(evaluation, scores) if options["gate"] else None
        for line in _told(tenant, evaluation, scores, report, options):
            self.stdout.write(line)
        if report is None:
            return True
        if options["set"] == VERIFIED and not options["source"]:
            return settle(evaluation, report, accept=options["accept"], actor=ACTOR)
        return not report.is_refused


def _told(
    tenant: Tenant, evaluation: Evaluation, scores: Scores, report: GateReport | None, options: dict[str, Any]
) -> Iterator[str]:
    if options["json"]:
        of_whom = {"tenant": tenant.slug} if options["all_tenants"] else {}
        told = {**of_whom, "id": str(evaluation.id), "scores": as_json(scores), "gate": report and asdict(report)}
        yield json.dumps(told, indent=2, ensure_ascii=False)
        return
    yield f"{tenant.slug}: Evaluation {evaluation.id}" if options["all_tenants"] else f"Evaluation {evaluation.id}"
    yield from score_lines(scores)
    if report:
        yield report.message
        if report.is_refused and options["accept"]:
            yield "Accepted all the same."


def _judged(evaluation: Evaluation, scores: Scores) -> GateReport:
    report = gate_report(evaluation.tenant_id, evaluation)
    if report is not None:
        return report
    if evaluation.set_name != VERIFIED:
        return FIRST
    return of_a_first(right=scores.right, asked=scores.cases, mode=settings.ENVIRONMENT.evaluation_gate)


def _questions(tenant: Tenant, *, name: str, source: str, limit: int | None) -> tuple[EvaluationQuestion, ...]:
    if name in KEPT:
        found = kept_questions(name, tenant_id=tenant.id, source=source)
    else:
        found = _from_file(Path(name), source=source)
    return evenly(found, limit=limit)


def _from_file(path: Path, *, source: str) -> tuple[EvaluationQuestion, ...]:
    try:
        with path.open("rb") as file:
            return parse(iter(lambda: file.readline(MAX_LINE_BYTES + 1), b""), source=source)
    except OSError as error:
        raise CommandError(
            f"The set cannot be read: {error.strerror}. Give a file, or one of {', '.join(sorted(KEPT))}.", returncode=2
        ) from None
