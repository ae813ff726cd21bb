"""Whether language models can be asked: the installation's and each tenant's own, their prices, breakers and budgets.

Endpoints are asked for their list of models, and no model is asked anything.
"""

from collections.abc import Iterator

from django.conf import settings

from config.finding import Finding, failed, ok, warning
from nl2sql.generation.circuit import BREAKERS
from nl2sql.generation.price import Price, money_text
from nl2sql.model_access import tenant_models
from nl2sql.models import TenantModel
from schema_index.outbound.model_endpoint import EndpointProblem, call, open_endpoint
from tenants.budgets import BudgetLine, budget_lines
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant

TIMEOUT_S = 10.0
PART = "language model"
NO_PRICE = "Its price is not known, and costs are not told: name it in {place}."


def installation_model() -> Iterator[Finding]:
    environment = settings.ENVIRONMENT
    if not environment.model_configured:
        detail = "None: the composer answers what it can prove. Set LLM_API_KEY or LLM_BASE_URL for one."
        yield ok(PART, detail=detail)
        return
    key = environment.llm_api_key.get_secret_value() if environment.llm_api_key else ""
    base_url = environment.llm_base_url or tenant_models.OPENAI_URL
    yield _endpoint(PART, base_url, key=key, model=environment.llm_model, url_is="LLM_BASE_URL", key_is="LLM_API_KEY")
    yield _price(f"{PART}: price", tenant_models.price_of(TenantModel()), place="LLM_PRICES")
    yield from _breakers()


def tenant_model(tenant: Tenant) -> Iterator[Finding]:
    """Nothing of a tenant that uses the installation's and has budget left."""
    part = f"{tenant.slug}: {PART}"
    with tenant_transaction(tenant.id):
        row, waiting = tenant_models.in_use(), tenant_models.candidate()
        lines = list(budget_lines())
    if row is not None and row.is_own_endpoint:
        yield _own(part, tenant)
        yield _price(f"{part}: price", tenant_models.price_of(row), place="its settings")
    if waiting is not None:
        fate = "is refused" if waiting.is_refused else "waits"
        detail = f"{waiting} {fate}: {waiting.report or 'its trial has not ended; save it again for another.'}"
        yield warning(part, detail=detail)
    full = (line for line in lines if line.limit is not None and line.used >= line.limit)
    yield from (_used_up(f"{tenant.slug}: budget", line) for line in full)


def _own(part: str, tenant: Tenant) -> Finding:
    words = {"url_is": "the address in its settings", "key_is": "the key in its settings"}
    try:
        found = tenant_models.model_settings(tenant.id)
    except DomainError as error:
        return failed(part, detail=error.message)
    assert found is not None  # an endpoint of its own is a model
    return _endpoint(part, found.base_url, key=found.api_key, model=found.model, address=found.address, **words)


def _endpoint(
    part: str, base_url: str, *, key: str, model: str, url_is: str, key_is: str, address: str = ""
) -> Finding:
    try:
        with open_endpoint(base_url, api_key=key, timeout_s=TIMEOUT_S, address=address) as client:
            call(client.models.with_raw_response.list)
    except EndpointProblem as problem:
        if problem.kind == "unknown":
            return ok(part, detail=f"The endpoint answers; {model} was not tried.")
        wrong = {
            "key": f"It refuses the key: check {key_is}.",
            "unreachable": f"It cannot be reached: check {url_is}.",
        }
        other = f"It does not answer as it should: check {url_is}, or try again later."
        return failed(part, detail=wrong.get(problem.kind, other))
    return ok(part, detail=f"The endpoint answers; {model} is asked.")


def _price(part: str, price: Price | None, *, place: str) -> Finding:
    if price is None:
        return ok(part, detail=NO_PRICE.format(place=place))
    told = f"{money_text(price.input)} a million tokens read, {money_text(price.output)} written."
    return ok(part, detail=told)


def _breakers() -> Iterator[Finding]:
    """Of this process alone: each counts for itself."""
    open_ones = sorted({key.model for key, word in BREAKERS.words().items() if word != "closed"})
    if open_ones:
        detail = f"{', '.join(open_ones)}: left alone after failures in a row, until a trial succeeds."
        yield warning(f"{PART}: breaker", detail=detail)
    else:
        yield ok(f"{PART}: breaker", detail="Closed in this process: nothing failed in a row.")


def _used_up(part: str, line: BudgetLine) -> Finding:
    what = "tokens" if line.unit == "tokens" else "money"
    when = "today's (UTC)" if line.period == "day" else "this month's (UTC)"
    detail = f"All of {when} {what} for models is used: wait, or raise the limit on the tenant's page in the admin."
    return warning(part, detail=detail)
