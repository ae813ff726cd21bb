"""Files from a folder and from S3 become knowledge: once, again, changed, gone, and the bad among them."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from django.core.management import CommandError, call_command
from moto.server import ThreadedMotoServer

from schema_index.documents.faq_lines import BadLine, FaqLine, read_faq_lines
from schema_index.knowledge import addresses, knowledge
from schema_index.knowledge.addresses import Address, AddressUnreadable
from schema_index.knowledge.importing import ACTOR, ImportOptions, Outcome, import_address
from schema_index.models import Chunk, Document, FaqEntry, ReviewState
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.pdf_files import pdf_of
from tests.stored import only_row, save_faq

FAQ: list[dict[str, Any]] = [
    {"question": "What is net?", "answer": "Gross less tax."},
    {"question": "Why?", "answer": "So.", "metadata": {"n": 1}},
]


def _lines(*entries: Any) -> bytes:
    return "\n".join(json.dumps(entry) for entry in entries).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "handbook"
    (root / "deep" / "er").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "revenue.md").write_text("# Revenue\nGross less refunds.")
    (root / "deep" / "page.html").write_text("<title>Page</title><p>Shown.")
    (root / "deep" / "er" / "rules.pdf").write_bytes(pdf_of([(20.0, "Rules"), (10.0, "Paid.")]))
    (root / "faq.jsonl").write_bytes(_lines(*FAQ))
    (root / "picture.png").write_bytes(b"\x89PNG")
    (root / ".git" / "secret.md").write_text("# Secret\nx")
    (root / ".hidden.md").write_text("# Hidden\nx")
    return root


def run(tenant: Tenant, address: object, **options: Any) -> dict[str, str]:
    """Outcome by the end of each address."""
    done = import_address(tenant.id, Address(str(address)), options=ImportOptions(**options))
    return {one.uri.rpartition("handbook/")[2]: one.outcome.value for one in done}


def titles(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(Chunk.objects.values_list("title", flat=True))


NAMES = ("deep/er/rules.pdf", "deep/page.html", "faq.jsonl:1", "faq.jsonl:2", "revenue.md")


def test_a_folder_is_imported_once_and_then_left_alone(tenant: Tenant, folder: Path) -> None:
    assert run(tenant, folder) == {"picture.png": "skipped", **dict.fromkeys(NAMES, "added")}
    assert titles(tenant) == {"Rules", "Page", "Revenue", "What is net?", "Why?"}
    with tenant_transaction(tenant.id):
        before = {row["id"]: row for model in (Document, FaqEntry) for row in model.objects.values()}
        page = Document.objects.get(title="Page")
    assert page.origin_uri == (folder / "deep" / "page.html").as_uri()
    assert (len(page.origin_hash), page.author, page.review_state) == (64, ACTOR, "reviewed")

    assert run(tenant, folder, prune=True) == {"picture.png": "skipped", **dict.fromkeys(NAMES, "unchanged")}

    with tenant_transaction(tenant.id):
        assert before == {row["id"]: row for model in (Document, FaqEntry) for row in model.objects.values()}


def test_what_changed_is_changed_and_what_is_gone_is_pruned_and_comes_back(tenant: Tenant, folder: Path) -> None:
    run(tenant, folder)
    (folder / "revenue.md").write_text("# Revenue\n## Net\nOther.")
    (folder / "deep" / "page.html").rename(folder / "moved.html")
    (folder / "faq.jsonl").write_bytes(_lines({**FAQ[0], "answer": "Other."}))

    kept = run(tenant, folder)
    assert {name: kept[name] for name in ("revenue.md", "moved.html", "faq.jsonl:1", "deep/er/rules.pdf")} == {
        "revenue.md": "changed",
        "moved.html": "added",
        "faq.jsonl:1": "changed",
        "deep/er/rules.pdf": "unchanged",
    }
    assert len(titles(tenant)) == 5, "nothing is deleted unless it was asked for"
    assert {name for name, outcome in run(tenant, folder, prune=True).items() if outcome == "pruned"} == {
        "deep/page.html",
        "faq.jsonl",
    }
    assert titles(tenant) == {"Rules", "Page", "Revenue > Net", "What is net?"}

    (folder / "moved.html").rename(folder / "deep" / "page.html")
    (folder / "faq.jsonl").write_bytes(_lines(*FAQ))
    again = run(tenant, folder)
    assert (again["deep/page.html"], again["faq.jsonl:2"]) == ("changed", "changed")
    with tenant_transaction(tenant.id):
        assert (Document.objects.count(), FaqEntry.objects.count()) == (4, 2), "restored, not doubled"


def test_what_a_person_deleted_stays_deleted(tenant: Tenant, folder: Path) -> None:
    run(tenant, folder)
    with tenant_transaction(tenant.id):
        knowledge.delete(Document.objects.get(title="Page"), actor="user:7")
        knowledge.delete(FaqEntry.objects.get(question="Why?"), actor="user:7")
    (folder / "deep" / "page.html").write_text("<title>Page</title><p>Changed.")

    done = run(tenant, folder, prune=True)

    assert (done["deep/page.html"], done["faq.jsonl:2"]) == ("left deleted", "left deleted")
    assert titles(tenant) == {"Rules", "Revenue", "What is net?"}


def test_one_bad_file_or_line_does_not_stop_the_rest(tenant: Tenant, folder: Path) -> None:
    run(tenant, folder)
    (folder / "deep" / "er" / "rules.pdf").write_bytes(b"%PDF-1.7 none")
    (folder / "empty.md").write_bytes(b"")
    (folder / "latin.txt").write_bytes("café".encode("latin-1"))
    save_faq(tenant.id, "Mine?", "By hand.", actor="user:7")
    bad = [
        {"question": "Mine?", "answer": "No."},
        {"question": "x"},
        {**FAQ[1], "metadata": {"a": [1]}},
        FAQ[0],
        FAQ[0],
    ]
    (folder / "faq.jsonl").write_bytes(_lines(*bad) + b"\n{broken")

    done = list(import_address(tenant.id, Address(str(folder)), options=ImportOptions(prune=True)))

    failed = {one.uri.rpartition("/")[2]: one.reason for one in done if one.outcome == Outcome.FAILED}
    assert failed == {
        "rules.pdf": "This is no PDF, or it is damaged: open it, and save it again.",
        "empty.md": "The file holds no text.",
        "faq.jsonl:1": "an entry that was not imported from here has this question: change or delete that one",
        "faq.jsonl:2": "give an object with question, answer and, if wanted, metadata",
        "faq.jsonl:3": "The entry is not valid. metadata: Values in metadata are texts, numbers, true or false.",
        "faq.jsonl:5": "the question stands further up already",
        "faq.jsonl:6": "it is no JSON",
    }
    assert not [one for one in done if one.outcome == Outcome.PRUNED]
    assert titles(tenant) == {"Rules", "Page", "Revenue", "latin", "What is net?", "Why?", "Mine?"}


def test_options_reach_every_entry_and_other_tenants_none(tenant: Tenant, other_tenant: Tenant, folder: Path) -> None:
    run(other_tenant, folder)
    run(tenant, folder, review_state=ReviewState.PROPOSED, metadata={"team": "finance"})
    assert titles(tenant) == set()
    with tenant_transaction(tenant.id):
        found = {tuple(one.metadata.items()) for one in (*Document.objects.all(), *FaqEntry.objects.all())}
        assert not Document.objects.exclude(review_state="proposed").exists()
    assert found == {(("team", "finance"),), (("n", 1),)}, "a line's own metadata counts"
    (folder / "revenue.md").unlink()
    run(tenant, folder, prune=True)
    assert "Revenue" in titles(other_tenant)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("{folder}/nothing", "nothing at this address"),
        ("nosuch://bucket/x", "could not be read"),
        ("", "nothing at this address|could not be read"),
    ],
)
def test_an_address_without_files_is_told_so(folder: Path, address: str, reason: str) -> None:
    with pytest.raises(AddressUnreadable, match=reason):
        Address(address.format(folder=folder) or str(folder / "x"))


def test_a_single_file_is_an_address_and_an_emptied_folder_prunes_nothing(tenant: Tenant, folder: Path) -> None:
    assert run(tenant, folder / "revenue.md", prune=True) == {"revenue.md": "added"}
    (folder / "revenue.md").unlink()
    for name in ("deep/page.html", "deep/er/rules.pdf", "faq.jsonl"):
        (folder / name).unlink()
    assert run(tenant, folder, prune=True) == {"picture.png": "skipped"}
    assert titles(tenant) == {"Revenue"}


def test_an_address_that_holds_too_much_is_refused_whole(
    tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "MAX_FILES", 4)
    with pytest.raises(AddressUnreadable, match="more than 4 files"):
        run(tenant, folder)
    assert titles(tenant) == set()
    monkeypatch.setattr(addresses, "MAX_FILES", 10)
    monkeypatch.setattr(addresses, "MAX_BYTES", 100)
    assert run(tenant, folder)["deep/er/rules.pdf"] == "failed"


def test_the_origin_holds_no_credentials() -> None:
    store = fsspec.filesystem("memory")
    address = Address.__new__(Address)
    address._store = store
    store.unstrip_protocol = lambda path: path
    assert [address._uri(uri) for uri in ("https://u:p@h.example/a?sig=s#f", "ftp://u:p@h/a", "s3://b/a?b")] == [
        "https://h.example/a",
        "ftp://h/a",
        "s3://b/a?b",
    ]


def test_the_command_counts_tells_and_says_by_its_exit_code(
    tenant: Tenant, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.md").write_bytes(b"")
    with pytest.raises(CommandError, match="Some of it could not be imported"):
        call_command("import_knowledge", str(folder), tenant="acme", metadata='{"team": "finance"}')
    out, err = capsys.readouterr()
    assert out == "5 added, 1 skipped, 1 failed; 5 texts embedded.\n"
    assert err == f"failed: {(folder / 'empty.md').as_uri()}: The file holds no text.\n"
    (folder / "empty.md").unlink()
    call_command("import_knowledge", str(folder), tenant="acme")
    assert capsys.readouterr().out == "5 unchanged, 1 skipped; 0 texts embedded.\n"
    for wrong in ({"source": "nothing"}, {"metadata": "[1]"}, {"tenant": "nobody"}):
        with pytest.raises(CommandError):
            call_command("import_knowledge", str(folder), **{"tenant": "acme", **wrong})


def test_lines_that_are_too_many_are_refused() -> None:
    assert list(read_faq_lines(b'\n{"question": "a", "answer": "b"}\n\n[]')) == [
        FaqLine(number=2, question="a", answer="b", metadata=None),
        BadLine(number=4, reason="give an object with question, answer and, if wanted, metadata"),
    ]


# --- S3


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A store of a real S3 server in this process; the product finds it as it would find any: by its environment."""
    for name in ("moto", "werkzeug"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    store.mkdir("handbook")
    yield store
    fsspec.filesystem("s3").clear_instance_cache()
    server.stop()


def test_a_bucket_is_imported_changed_and_pruned_like_a_folder(tenant: Tenant, bucket: Any, folder: Path) -> None:
    for path in ("revenue.md", "deep/page.html", "deep/er/rules.pdf", "faq.jsonl", ".hidden.md"):
        bucket.pipe(f"handbook/{path}", (folder / path).read_bytes())
    bucket.pipe("handbook/empty.md", b"")

    assert run(tenant, "s3://handbook") == {**dict.fromkeys(NAMES, "added"), "empty.md": "failed"}

    assert only_row(Document, tenant.id, title="Page").origin_uri == "s3://handbook/deep/page.html"
    bucket.pipe("handbook/deep/page.html", b"<title>Page</title><p>Changed.")
    bucket.rm("handbook/revenue.md")
    fsspec.filesystem("s3").invalidate_cache()
    assert run(tenant, "s3://handbook/", prune=True) == {
        "deep/er/rules.pdf": "unchanged",
        "deep/page.html": "changed",
        "faq.jsonl:1": "unchanged",
        "faq.jsonl:2": "unchanged",
        "empty.md": "failed",
        "revenue.md": "pruned",
    }
    assert titles(tenant) == {"Rules", "Page", "What is net?", "Why?"}
    with pytest.raises(AddressUnreadable, match="nothing at this address"):
        Address("s3://no-such-bucket/folder")
