"""The API tried by requests that are made from its own description, valid ones and spoiled ones, as a tenant's owner.

A few examples run with the suite; `make fuzz-api SECONDS=120` goes on with other ones until the time is over.
"""

import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import given, seed
from hypothesis.errors import Unsatisfiable
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from nl2sql.models import Run
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.conftest import Member
from tests.functional.stored_things import store_things
from tests.mutated import SECONDS, bound, rounds

pytestmark = pytest.mark.django_db

EXAMPLES = 20 if SECONDS else 1
NAMED = {"slug": "shop", "role": "analyst"}
"""What a path may name; half of the made-up names are replaced by it, so that more than the door is tried."""

OPAQUE = {
    "cursor",
    "metadata",
    "attributes",
    "expires_at",
    "since",
    "until",
    "time_zone",
    "input_price",
    "sort",
    "output_price",
}
"""Parameters and fields with rules that no description can tell: a date must lie in the future, say."""

UNTOLD = {
    "/nl2sql",  # has a question, or a choice
    "/api/v1/nl2sql",
    "/api/v1/model",  # takes a model that the installation offers, or an address of one's own
    "/api/v1/data-sources/{slug}/policy/{role}",  # names what the source has
    "/api/v1/knowledge/documents",  # has a title somewhere
    "/api/v1/knowledge/documents/{entry_id}",
    "/api/v1/search",  # filters by names that start with `metadata.`
}
"""Addresses whose bodies have such rules."""

CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"with-security-parameters": False},
        # What is well-formed may still be refused for what it says: a statement by the guard, say.
        # What a component that is down answers is documented, and no fault of the API.
        "checks": {
            "positive_data_acceptance": {
                "expected-statuses": [200, 201, 202, 204, 403, 404, 409, 422, 429, 502, 503, 504]
            },
            "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", 502, 503, 504]},
        },
    }
)

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def known(owner: Member, shop: DataSource) -> dict[str, str]:
    """Ids of what the tenant owns, by the names that paths and bodies use."""
    things = store_things(owner)
    with tenant_transaction(owner.tenant.id):
        asked_back = Run.objects.get()
        asked_back.pk, asked_back.status = uuid4(), "needs_clarification"
        asked_back.reply["clarification"] = {"question": "Which?", "choices": [{"text": "all", "reading": ""}]}
        asked_back.save(force_insert=True)
    return {**NAMED, **things, "clarifies": str(asked_back.pk)}


@pytest.fixture
def application() -> Iterator[Any]:
    """The real application, but that it keeps the test's connection, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_no_request_made_from_the_description_finds_a_fault(
    owner: Member,
    known: dict[str, str],
    application: Any,
    change_environment: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    change_environment(questions_per_minute=1_000_000, blocked_per_minute=1_000_000, questions_per_day=10**9)
    schema = schemathesis.openapi.from_wsgi("/api/schema", application, config=CONFIG)
    headers = {"Authorization": f"Bearer {owner.key}"}
    faults: dict[str, str] = {}
    sent: Counter[str] = Counter()
    for number in rounds(SECONDS):
        for result in schema.get_all_operations():
            assert isinstance(result, Ok)
            for mode in modes(result.ok()):
                # What one deletes is there for the next.
                with transaction.atomic():
                    faults.update(tried(result.ok(), mode, known=known, headers=headers, number=number, sent=sent))
                    transaction.set_rollback(True)
    if SECONDS:
        with capsys.disabled():
            told = f"{sent.total():,} requests to {len(sent)} operations, {len(faults)} kinds of faults.\n"
            sys.stdout.write(told)
    assert not faults, "\n\n".join(f"{name}\n{text}" for name, text in faults.items())


def modes(operation: Any) -> tuple[GenerationMode, ...]:
    """One of the two with the suite, always the same for an operation; both where there is time. What takes neither
    query nor body cannot be spoiled."""
    if not operation.query and not operation.body:
        return MODES[:1]
    return MODES if SECONDS else (MODES[zlib.crc32(operation.label.encode()) % 2],)


def tried(
    operation: Any,
    mode: GenerationMode,
    *,
    known: dict[str, str],
    headers: dict[str, str],
    number: int,
    sent: Counter[str],
) -> dict[str, str]:
    """What was wrong with the replies, one of each kind; `sent` counts the requests."""
    faults: dict[str, str] = {}

    @seed(number)
    @bound(EXAMPLES)
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        spared = []
        if mode == GenerationMode.POSITIVE:
            for name, value in (case.path_parameters or {}).items():
                thing = known.get(operation.path.split("/")[-2] if name == "entry_id" else name)
                if thing and zlib.crc32(str(value).encode()) % 2:
                    case.path_parameters[name] = thing
            if isinstance(case.body, dict) and zlib.crc32(str(case.body.get("clarifies")).encode()) % 2:
                case.body.update({"clarifies": known["clarifies"]} if "clarifies" in case.body else {})
            named = {*(case.query or {}), *(case.body if isinstance(case.body, dict) else ())}
            if operation.path in UNTOLD or OPAQUE & named:
                spared.append(positive_data_acceptance)
        response = case.call(headers=headers)
        sent[operation.label] += 1
        try:
            case.validate_response(response, headers=headers, excluded_checks=spared)
        except BaseExceptionGroup as group:
            for one in group.exceptions:
                request = f"{case.method} {case.formatted_path} {case.query} {case.body!r}"
                faults.setdefault(
                    f"{operation.label}: {type(one).__name__}", f"{request}\n{one}\n{response.text[:500]}"
                )

    with suppress(Unsatisfiable):  # where nothing is sent, nothing can be spoiled
        call()
    return faults
