"""What clients of the question door send and get."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from nl2sql.clarification.choose import MAX_CHOICE
from nl2sql.generation.answer_format import MAX_CHOICES
from nl2sql.models import RunStatus
from nl2sql.models.verified_query import MAX_QUESTION
from nl2sql.runs import run_address
from nl2sql.trust.agreement import Fate
from tenants.api.links import LinksField
from tenants.api.strict import StrictSerializer, TextField

_METADATA_NAME = serializers.CharField(max_length=100)


OUT_OF_PLACE = "A question is asked, or a choice made that goes on with one: not both at once."


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 1, "maximum": MAX_CHOICES}, {"type": "string"}]})
class ChoiceField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, int) and not isinstance(data, bool):
            if not 1 <= data <= MAX_CHOICES:
                raise serializers.ValidationError(f"Choices are numbered from 1 to {MAX_CHOICES}.")
            return data
        return TextField(max_length=MAX_CHOICE).run_validation(data)

    def to_representation(self, value: Any) -> Any:
        return value


class AskSerializer(StrictSerializer):
    question = TextField(
        required=False, max_length=MAX_QUESTION, help_text="1 to 2,000 characters; required unless it `clarifies`."
    )
    data_source = serializers.SlugField(
        required=False, max_length=63, help_text="Slug; required when the tenant has several."
    )
    conversation_id = serializers.UUIDField(required=False)
    mode = serializers.ChoiceField(
        choices=["answer", "sql", "dry_run"],
        default="answer",
        help_text="`sql` stops after the guard; `dry_run` also has the database plan the statement.",
    )
    max_rows = serializers.IntegerField(required=False, min_value=1, max_value=100_000)
    new_topic = serializers.BooleanField(
        default=False, help_text="The question continues nothing that was asked before in the conversation."
    )
    language = serializers.RegexField(
        r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$", required=False, max_length=35, help_text="BCP 47, for example `en`."
    )
    clarifies = serializers.UUIDField(
        required=False, help_text="The run that asked back: its question goes on with `choice`, and none is sent."
    )
    choice = ChoiceField(required=False, help_text="The number of the choice from 1, its text, or words of your own.")
    remember = serializers.BooleanField(
        required=False, help_text="Also propose the choice as a definition, which a curator accepts or rejects."
    )
    metadata = serializers.DictField(
        required=False,
        child=serializers.CharField(max_length=500, allow_blank=True),
        help_text="Echoed in the reply; at most 16 entries, names of at most 100 characters.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "clarifies" in attrs:
            needed, barred = "choice", ["question", "data_source", "conversation_id"]
        else:
            needed, barred = "question", ["choice", "remember"]
        faults = {name: [OUT_OF_PLACE] for name in barred if name in attrs}
        if needed not in attrs:
            faults[needed] = ["This field is required."]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs

    def validate_metadata(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > 16:
            raise serializers.ValidationError("At most 16 entries.")
        for name in value:
            # Names are checked as values are: what the database cannot store must not reach it.
            _METADATA_NAME.run_validation(name)
        return value


class SqlSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    dialect = serializers.CharField()
    tables = serializers.ListField(child=serializers.CharField())
    columns = serializers.ListField(child=serializers.CharField())
    generator = serializers.CharField()
    edited = serializers.BooleanField(help_text="The asker wrote or changed it.")
    repaired = serializers.BooleanField()
    warnings = serializers.ListField(child=serializers.CharField())


class ResultColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField()


class ResultSerializer(serializers.Serializer[Any]):
    columns = ResultColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.ListField())
    row_count = serializers.IntegerField(help_text="Of the whole stored result.")
    truncated = serializers.BooleanField(help_text="The database had more rows than were stored.")
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the stored rows after these; null at the end.")
    csv = serializers.CharField(help_text="Address of the stored result as CSV.")
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the stored result goes; null where it is kept as long as its run."
    )


class CheckSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["passed", "failed", "undetermined"])
    detail = serializers.CharField()


class DefinitionSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    title = serializers.CharField()


class CheckNotDoneSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    reason = serializers.CharField()


class CatalogueVersionSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(allow_null=True, help_text="Of the source's schema: 1, 2, 3…")
    synced_at = serializers.DateTimeField(allow_null=True, help_text="When the schema was last read.")


class FollowUpSerializer(serializers.Serializer[Any]):
    of = serializers.UUIDField(help_text="The run that this question continues.")
    difference = serializers.ListField(
        child=serializers.CharField(), help_text="How its statement was changed, in words, read off both statements."
    )


class OtherStatementSerializer(serializers.Serializer[Any]):
    sql = serializers.CharField()
    fate = serializers.ChoiceField(choices=list(get_args(Fate)), help_text="What came of it, beside the answer's rows.")


class ReceiptSerializer(serializers.Serializer[Any]):
    tables = serializers.ListField(child=serializers.CharField())
    columns = serializers.ListField(child=serializers.CharField())
    filters = serializers.ListField(child=serializers.CharField(), help_text="Each condition in words.")
    definitions = DefinitionSerializer(many=True, help_text="FAQ entries and documents that the writer used.")
    not_done = CheckNotDoneSerializer(many=True, help_text="Checks that had nothing to look at.")
    catalogue = CatalogueVersionSerializer()
    verified_by = serializers.CharField(allow_null=True, help_text="Who vouches for the statement, if anybody does.")
    follow_up = FollowUpSerializer(allow_null=True)
    cached = serializers.BooleanField(
        help_text="The statement was written for the same question in the same state; it was proven and run anew."
    )
    edited = serializers.BooleanField(help_text="The asker wrote or changed the statement.")
    other_statements = OtherStatementSerializer(
        many=True, help_text="What else was written for a hard question, and was not chosen."
    )


class VouchedSerializer(serializers.Serializer[Any]):
    query_id = serializers.UUIDField()
    by = serializers.CharField()
    on = serializers.DateField()


class TrustSerializer(serializers.Serializer[Any]):
    label = serializers.ChoiceField(  # type: ignore[assignment]  # a field of ours that DRF uses otherwise
        choices=["verified", "checked", "unverified"]
    )
    verified = VouchedSerializer(allow_null=True, help_text="Of an answer whose statement a person verified.")
    checks = CheckSerializer(many=True)
    receipt = ReceiptSerializer(allow_null=True)


class TableHitSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    similarity = serializers.FloatField(allow_null=True, help_text="Cosine, 1 best.")
    reason = serializers.CharField()


class KnowledgeHitSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    title = serializers.CharField()
    similarity = serializers.FloatField(allow_null=True)
    stale_reason = serializers.CharField(
        help_text="What changed in the database since it was written or looked at; empty when nothing did."
    )


class RetrievalSerializer(serializers.Serializer[Any]):
    tables = TableHitSerializer(many=True)
    knowledge = KnowledgeHitSerializer(many=True)


class ChoiceSerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    reading = serializers.CharField(help_text="The question restated that way; empty when the model gave none.")


class ClarificationSerializer(serializers.Serializer[Any]):
    question = serializers.CharField()
    choices = ChoiceSerializer(many=True, help_text="Two to five.")


class RefusalSerializer(serializers.Serializer[Any]):
    missing = serializers.ListField(child=serializers.CharField(), help_text="Words without a place in the data.")
    available = serializers.ListField(child=serializers.CharField())


class StepSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.CharField()
    ms = serializers.IntegerField()
    attempt = serializers.IntegerField()


class UsageSerializer(serializers.Serializer[Any]):
    model = serializers.CharField(help_text="Empty when no language model was asked.")
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.CharField(allow_null=True)


class ClarifiesSerializer(serializers.Serializer[Any]):
    of = serializers.UUIDField(help_text="The run that asked back.")
    choice = serializers.CharField()


class ReplySerializer(serializers.Serializer[Any]):
    """`cannot_answer` and `needs_clarification` are outcomes with status 200; a broken component is an error."""

    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=RunStatus.values)
    question = serializers.CharField()
    data_source = serializers.CharField()
    interpreted_as = serializers.CharField()
    answer = serializers.CharField()
    explanation = serializers.CharField()
    assumptions = serializers.ListField(child=serializers.CharField())
    sql = SqlSerializer(allow_null=True)
    result = ResultSerializer(allow_null=True)
    result_expired = serializers.BooleanField(help_text="There was a result, and it was kept long enough: ask again.")
    chart = serializers.DictField(allow_null=True)
    trust = TrustSerializer(allow_null=True)
    follow_up = FollowUpSerializer(allow_null=True, help_text="Null unless an earlier question was continued.")
    clarification = ClarificationSerializer(allow_null=True)
    refusal = RefusalSerializer(allow_null=True)
    retrieval = RetrievalSerializer()
    suggestions = serializers.ListField(child=serializers.CharField())
    steps = StepSerializer(many=True)
    usage = UsageSerializer()
    new_topic = serializers.BooleanField()
    clarifies = ClarifiesSerializer(allow_null=True, help_text="Of a run that goes on with a choice.")
    rerun_of = serializers.UUIDField(allow_null=True, help_text="The run whose statement was changed.")
    metadata = serializers.DictField(child=serializers.CharField())
    shared_at = serializers.DateTimeField(
        allow_null=True, help_text="Since when the tenant's members may open it; null of the asker's own."
    )
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True, help_text="Null while the run is at work.")
    links = serializers.DictField(
        child=serializers.CharField(),
        help_text="`self`; `events` of the asker's own; `page` too where a person asked, who can open it.",
    )


class RunItemSerializer(serializers.Serializer[Any]):
    # Without what it answered, which a policy may keep from the caller by now; a docstring would be told.
    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    question = serializers.CharField()
    data_source = serializers.CharField(source="source_slug")
    status = serializers.ChoiceField(choices=RunStatus.values)
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    links = LinksField(run_address)
