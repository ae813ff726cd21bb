"""The language model that a tenant chose: stored with its key encrypted, and read as settings for whoever asks it.

What the installation pays for, the installation chooses: without a key or address of its own, a tenant may name only
models that the operator put a price on. The installation's key never goes to an address that a tenant named.
"""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection

from nl2sql.generation.circuit import BreakerRules
from nl2sql.generation.errors import LlmMisconfigured
from nl2sql.generation.model_settings import ModelSettings
from nl2sql.generation.price import Price
from nl2sql.model_access.endpoint_policy import check_endpoint, endpoint_host
from nl2sql.models import QueryState, TenantModel, VerifiedQuery
from schema_index.outbound.credentials import CredentialUnreadable, decrypt, encrypt
from schema_index.outbound.host_resolution import resolve_host
from tenants import audit
from tenants.budgets import TenantMeter
from tenants.context import current_tenant_id, tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant

OPENAI_URL = "https://api.openai.com/v1"
MAX_KEY = 2_000

T = TypeVar("T")

SendTrial = Callable[[TenantModel], None]


class ModelSettingsInvalid(DomainError):
    """The settings cannot be taken: mend the field that `errors` names."""

    code = "invalid_request"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, errors=[{"field": field, "code": "invalid", "detail": detail}])
        self.field = field


def in_use() -> TenantModel | None:
    """Of the open scope's tenant; None where it uses the installation's."""
    return TenantModel.objects.filter(is_candidate=False).first()


def candidate() -> TenantModel | None:
    return TenantModel.objects.filter(is_candidate=True).first()


def model_settings(tenant_id: UUID, *, is_candidate: bool = False) -> ModelSettings | None:
    """None where no model is configured. No transaction may be open: the name of a tenant's endpoint is resolved.

    Raises ModelForbidden, or LlmMisconfigured where the stored key cannot be opened.
    """
    with tenant_transaction(tenant_id):
        row, tenant = effective(is_candidate=is_candidate), Tenant.objects.get(id=tenant_id)
    return settings_of(row, tenant=tenant)


def settings_of(row: TenantModel, *, tenant: Tenant) -> ModelSettings | None:
    """The same of what `effective` gave."""
    if not _is_configured(row):
        return None
    environment = settings.ENVIRONMENT
    base_url, address = environment.llm_base_url or OPENAI_URL, ""
    if row.base_url:
        base_url = row.base_url.rstrip("/")
        address = check_endpoint(base_url, allowed_networks=environment.llm_networks, resolve=resolve_host)
    return ModelSettings(
        base_url=base_url,
        address=address,
        is_own=row.is_own_endpoint,
        api_key=_key(row),
        model=_model(row),
        timeout_s=_or_default(row.timeout_s, environment.llm_timeout_s),
        max_attempts=environment.llm_max_attempts,
        temperature=_or_default(row.temperature, environment.llm_temperature),
        seed=_or_default(row.seed, environment.llm_seed),
        max_output_tokens=_or_default(row.max_output_tokens, environment.llm_max_output_tokens),
        token_budget=prompt_tokens_of(row),
        price=price_of(row),
        meter=TenantMeter(tenant=tenant),
        breaker=BreakerRules(failures=environment.llm_breaker_failures, rest_s=environment.llm_breaker_rest_s),
    )


def written_by(tenant_id: UUID) -> str:
    """As `model_of`, of what is in use."""
    with tenant_transaction(tenant_id):
        return model_of(effective())


def model_of(row: TenantModel) -> str:
    """The model's name; empty where the composer writes."""
    return _model(row) if _is_configured(row) else ""


def prompt_tokens_of(row: TenantModel) -> int:
    return _or_default(row.prompt_tokens, int(settings.ENVIRONMENT.llm_prompt_tokens))


def candidates_of(row: TenantModel) -> int:
    """Statements that may be written for a hard question."""
    return _or_default(row.candidates, int(settings.ENVIRONMENT.llm_candidates))


def price_of(row: TenantModel) -> Price | None:
    """Of the model that would be asked: the tenant's own word counts only where the tenant pays."""
    if row.is_own_endpoint and row.input_price is not None and row.output_price is not None:
        return Price(input=row.input_price, output=row.output_price)
    if row.base_url:
        return None
    named = (one for one in settings.ENVIRONMENT.llm_prices if one.model == _model(row))
    return next((Price(input=one.input, output=one.output) for one in named), None)


def prepared(row: TenantModel, *, key: str | None, actor: str) -> TenantModel:
    """`row` says what a tenant wants of SETTINGS: a candidate that is not stored yet, in the open scope. `key` None
    keeps the stored one.

    Raises ModelSettingsInvalid, ModelForbidden, or LlmMisconfigured where the stored key cannot be opened.
    """
    if key is None:
        key = _kept_key(candidate() or in_use(), base_url=row.base_url)
    row.tenant_id, row.is_candidate, row.actor = current_tenant_id(), True, actor
    if key:
        row.encrypted_key = encrypt(key, tenant_id=row.tenant_id, source_id=row.id)
    check(row)
    return row


def store_candidate(row: TenantModel) -> None:
    """In the open scope, in place of what waited before. Of two at once, the second waits and then stands."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"model of {row.tenant_id}"])
    TenantModel.objects.filter(is_candidate=True).delete()
    row.save(force_insert=True)
    audit.record("model.proposed", actor=row.actor, subject=row.model)


def propose(row: TenantModel, *, send: SendTrial) -> None:
    """Store what `prepared` made, in the open scope. Where the tenant has verified queries and their answers may
    change, it stays a candidate, and `send` is to have it tried once the transaction is over; else it is in use."""
    store_candidate(row)
    if VerifiedQuery.objects.filter(state=QueryState.VERIFIED, stale_at=None).exists() and answers_otherwise(row):
        send(row)
    else:
        promote(row)


def check(row: TenantModel) -> None:
    """Whether the fields agree; no name is resolved. Raises ModelSettingsInvalid or ModelForbidden."""
    if row.base_url:
        endpoint_host(row.base_url)
    try:
        row.clean_fields(exclude=["tenant"])
    except ValidationError as error:
        field, told = next(iter(error.message_dict.items()))
        raise ModelSettingsInvalid(field, " ".join(told)) from None
    if (row.input_price is None) != (row.output_price is None):
        raise ModelSettingsInvalid("output_price", "Give both prices, or none.")
    if row.is_own_endpoint:
        return
    if row.input_price is not None:
        raise ModelSettingsInvalid("input_price", "The price of the installation's endpoint is the operator's to name.")
    if (row.candidates or 1) > settings.ENVIRONMENT.llm_candidates:
        raise ModelSettingsInvalid(
            "candidates", "The installation's endpoint writes as many as its operator says: choose no more."
        )
    allowed = [settings.ENVIRONMENT.llm_model, *(one.model for one in settings.ENVIRONMENT.llm_prices)]
    if row.model and row.model not in allowed:
        known = ", ".join(dict.fromkeys(allowed))
        raise ModelSettingsInvalid(
            "model", f"The installation's endpoint offers {known}: choose one, or give an address or key of your own."
        )


def answers_otherwise(row: TenantModel) -> bool:
    """Whether answers may differ from those under what is in use. A new key, price or timeout changes none."""
    before = in_use() or TenantModel()
    if not (_is_configured(row) or _is_configured(before)):
        return False
    return _is_configured(row) != _is_configured(before) or _writer(row) != _writer(before)


def promote(row: TenantModel, *, report: str = "") -> None:
    """Take the candidate into use, in the open scope, in place of what was."""
    TenantModel.objects.filter(is_candidate=False).delete()
    row.is_candidate, row.is_refused, row.report = False, False, report
    row.save()
    audit.record("model.in_use", actor=row.actor, subject=row.model)


def remove(*, actor: str) -> bool:
    """The tenant's own settings and what waits, at once, keys and all: whether there were any. In the open scope."""
    found, _ = TenantModel.objects.all().delete()
    if found:
        audit.record("model.removed", actor=actor)
    return bool(found)


def effective(*, is_candidate: bool = False) -> TenantModel:
    """What holds in the open scope; where the tenant chose nothing, settings that say nothing."""
    return (candidate() if is_candidate else None) or in_use() or TenantModel()


def _writer(row: TenantModel) -> tuple[object, ...]:
    """All that an answer may depend on."""
    own = ("base_url", "temperature", "seed", "max_output_tokens", "prompt_tokens", "candidates")
    return (_model(row), *(getattr(row, name) for name in own))


def _is_configured(row: TenantModel) -> bool:
    return row.is_own_endpoint or bool(settings.ENVIRONMENT.model_configured)


def _model(row: TenantModel) -> str:
    return str(row.model or settings.ENVIRONMENT.llm_model)


def _key(row: TenantModel) -> str:
    """The tenant's own to its own endpoint, the installation's to the installation's, and never otherwise."""
    if not row.is_own_endpoint:
        key = settings.ENVIRONMENT.llm_api_key
        return key.get_secret_value() if key else ""
    return _opened_key(row)


def _opened_key(row: TenantModel) -> str:
    try:
        return decrypt(bytes(row.encrypted_key), tenant_id=row.tenant_id, source_id=row.id)
    except CredentialUnreadable:
        raise LlmMisconfigured(
            "The stored key of the tenant's model cannot be opened with the keys this server has: enter it again."
        ) from None


def _kept_key(row: TenantModel | None, *, base_url: str) -> str:
    if row is None or not row.encrypted_key:
        return ""
    if row.base_url != base_url:
        # Otherwise whoever may change the settings could have the key sent to a server of their own.
        raise ModelSettingsInvalid("key", "Enter the key again: the stored one goes only to the address it was for.")
    return _opened_key(row)


def _or_default(own: T | None, default: T) -> T:
    return default if own is None else own
