"""What clients send and get of a tenant's language model: never its key."""

from typing import Any

from rest_framework import serializers

from nl2sql.generation.price import money_text
from nl2sql.model_access.tenant_models import MAX_KEY, price_of
from nl2sql.models import TenantModel
from nl2sql.models.tenant_model import MAX_CANDIDATES, SETTINGS
from tenants.api.strict import StrictSerializer, TextField
from tenants.budgets import BudgetLine

_KEY = "Left out, the stored one is kept where the address stays the same; empty, there is none."


def _price(text: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=12, decimal_places=6, min_value=0, allow_null=True, default=None, help_text=text
    )


class ModelSettingsSerializer(StrictSerializer):
    """What is left out, empty or null is the installation's."""

    base_url = TextField(
        max_length=500, allow_blank=True, default="", help_text="Of an OpenAI-compatible endpoint: https://host/v1."
    )
    key = TextField(max_length=MAX_KEY, allow_blank=True, required=False, write_only=True, help_text=_KEY)
    model = TextField(max_length=200, allow_blank=True, default="")
    temperature = serializers.FloatField(min_value=0, max_value=2, allow_null=True, default=None)
    seed = serializers.IntegerField(min_value=-(2**31), max_value=2**31 - 1, allow_null=True, default=None)
    max_output_tokens = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, default=None)
    prompt_tokens = serializers.IntegerField(min_value=1_000, max_value=1_000_000, allow_null=True, default=None)
    timeout_s = serializers.FloatField(min_value=1, max_value=600, allow_null=True, default=None)
    candidates = serializers.IntegerField(
        min_value=1,
        max_value=MAX_CANDIDATES,
        allow_null=True,
        default=None,
        help_text="Statements that are written for a hard question; more than the installation's only with a key or "
        "address.",
    )
    input_price = _price("Of a million tokens read, in the installation's currency. Only with a key or address.")
    output_price = _price("Of a million tokens written.")


class MoneyField(serializers.CharField):
    def to_representation(self, value: Any) -> str:
        return money_text(value) or ""


class KnownModelSerializer(serializers.Serializer[Any]):
    base_url = serializers.CharField()
    has_key = serializers.BooleanField()
    model = serializers.CharField()
    temperature = serializers.FloatField(allow_null=True)
    seed = serializers.IntegerField(allow_null=True)
    max_output_tokens = serializers.IntegerField(allow_null=True)
    prompt_tokens = serializers.IntegerField(allow_null=True)
    timeout_s = serializers.FloatField(allow_null=True)
    candidates = serializers.IntegerField(allow_null=True)
    input_price = serializers.CharField(allow_null=True)
    output_price = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(
        choices=["in_use", "waiting", "refused"],
        help_text="`waiting` until it was tried on the verified queries; `refused` where it breaks some.",
    )
    report = serializers.CharField(help_text="What the verified queries say of it; empty before.")


class BudgetSerializer(serializers.Serializer[Any]):
    unit = serializers.ChoiceField(choices=["tokens", "cost"])
    period = serializers.ChoiceField(choices=["day", "month"], help_text="UTC.")
    used = MoneyField(help_text="What is set aside for calls under way counts.")
    limit = MoneyField(allow_null=True, help_text="Null where there is none.")


class ModelReplySerializer(serializers.Serializer[Any]):
    model = serializers.CharField(help_text="That writes the tenant's SQL; empty where the composer does.")
    endpoint = serializers.ChoiceField(choices=["own", "installation", "none"])
    price_known = serializers.BooleanField(help_text="Where it is not, costs are null.")
    settings = KnownModelSerializer(allow_null=True, help_text="The tenant's own, in use.")
    candidate = KnownModelSerializer(allow_null=True, help_text="What waits to be taken into use.")
    budgets = BudgetSerializer(many=True)


class ModelTestSerializer(serializers.Serializer[Any]):
    model = serializers.CharField()
    ms = serializers.IntegerField()


def model_reply(
    model: str, *, in_use: TenantModel | None, candidate: TenantModel | None, budgets: list[BudgetLine]
) -> dict[str, Any]:
    is_own = in_use is not None and in_use.is_own_endpoint
    return {
        "model": model,
        "endpoint": "none" if not model else "own" if is_own else "installation",
        "price_known": bool(model) and price_of(in_use or TenantModel()) is not None,
        "settings": None if in_use is None else _known(in_use),
        "candidate": None if candidate is None else _known(candidate),
        "budgets": BudgetSerializer(budgets, many=True).data,
    }


def _known(row: TenantModel) -> dict[str, Any]:
    state = "in_use" if not row.is_candidate else "refused" if row.is_refused else "waiting"
    fields = {name: getattr(row, name) for name in SETTINGS}
    prices = {name: money_text(fields[name]) for name in ("input_price", "output_price")}
    return {**fields, **prices, "has_key": bool(row.encrypted_key), "state": state, "report": row.report}
