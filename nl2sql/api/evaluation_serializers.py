"""What clients of the evaluations' doors send and get."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, get_args

from rest_framework import serializers

from nl2sql.evaluation.comparison import EvaluationComparison
from nl2sql.evaluation.jobs import State, state_of
from nl2sql.evaluation.judged_case import VERDICTS
from nl2sql.evaluation.question_set import MAX_QUESTIONS
from nl2sql.evaluation.question_sources import KEPT
from nl2sql.models import Evaluation
from tenants.api.cursor import PageSerializer, page_of
from tenants.api.strict import StrictSerializer, TextField

STATES = list(get_args(State))
MAX_CHANGES = 500
"""Of each kind in one comparison; the counts are of all."""


class NewEvaluationSerializer(StrictSerializer):
    set = serializers.ChoiceField(choices=sorted(KEPT), help_text="Verified queries, or questions judged by tables.")
    data_source = serializers.SlugField(required=False, max_length=63, help_text="Only questions about this source.")
    name = TextField(required=False, default="", allow_blank=True, max_length=200, help_text="What it is for.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_QUESTIONS, help_text="Only so many, evenly spread."
    )
    extra_columns_allowed = serializers.BooleanField(
        required=False, default=False, help_text="Whether an answer may hold columns that the gold does not."
    )


class CaseQuerySerializer(PageSerializer):
    verdict = serializers.ChoiceField(required=False, choices=VERDICTS)


class ComparisonQuerySerializer(StrictSerializer):
    before = serializers.UUIDField(help_text="Id of the earlier evaluation.")


class EvaluationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    set = serializers.CharField(help_text="`judged`, `verified`, or the name of a file.")
    data_source = serializers.CharField(allow_null=True, help_text="Null where questions name theirs.")
    state = serializers.ChoiceField(choices=STATES)
    error = serializers.CharField(help_text="Why it stopped before its last question; empty otherwise.")
    requested_by = serializers.CharField()
    questions = serializers.IntegerField(help_text="In the set.")
    configuration = serializers.DictField(help_text="Under what was asked: model, prompt, schemas, policies.")
    scores = serializers.DictField(allow_null=True, help_text="Null until the end.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class CaseSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    key = serializers.CharField()
    question = serializers.CharField()
    data_source = serializers.CharField(source="source_slug")
    is_answerable = serializers.BooleanField()
    verdict = serializers.ChoiceField(choices=VERDICTS)
    status = serializers.CharField()
    run_id = serializers.UUIDField(allow_null=True)
    sql = serializers.CharField()
    golds = serializers.ListField(child=serializers.CharField())
    detail = serializers.CharField()


class EvaluationWithCasesSerializer(EvaluationSerializer):
    asked = serializers.IntegerField(help_text="How many questions were asked so far.")
    cases = CaseSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page of cases; null on the last.")


class ChangedSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    question = serializers.CharField()
    before = serializers.ChoiceField(choices=VERDICTS)
    after = serializers.ChoiceField(choices=VERDICTS)


class ComparisonSerializer(serializers.Serializer[Any]):
    changed = serializers.ListField(child=serializers.CharField(), help_text="What of the settings differs, in words.")
    fixed = ChangedSerializer(
        many=True, help_text=f"Right now, and not before; at most {MAX_CHANGES}, as of the others."
    )
    broken = ChangedSerializer(many=True, help_text="Right before, and not now.")
    moved = ChangedSerializer(many=True, help_text="From one way of not being right to another.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Of all, by kind, and `same`.")
    only_before = serializers.IntegerField(help_text="Questions that the later one does not hold.")
    only_after = serializers.IntegerField()


EvaluationPageSerializer = page_of("EvaluationPage", EvaluationSerializer)


def evaluation_reply(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "id": str(evaluation.id),
        "name": evaluation.name,
        "set": evaluation.set_name,
        "data_source": evaluation.source_slug or None,
        "state": state_of(evaluation),
        "error": evaluation.error,
        "requested_by": evaluation.actor,
        "questions": evaluation.questions,
        "configuration": evaluation.configuration,
        "scores": evaluation.scores or None,
        "started_at": evaluation.started_at,
        "ended_at": evaluation.ended_at,
        "links": {"self": f"/api/v1/evaluations/{evaluation.id}"},
    }


def comparison_reply(found: EvaluationComparison, *, changed: Sequence[str]) -> dict[str, Any]:
    kinds = {"fixed": found.fixed, "broken": found.broken, "moved": found.moved}
    return {
        "changed": list(changed),
        **{kind: [asdict(change) for change in changes[:MAX_CHANGES]] for kind, changes in kinds.items()},
        "counts": {**{kind: len(changes) for kind, changes in kinds.items()}, "same": found.same},
        "only_before": found.only_before,
        "only_after": found.only_after,
    }
