"""Files become Markdown with headings, without what nobody sees; what cannot be read says why."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.documents import read
from schema_index.documents.clean import clean_line, clean_text
from schema_index.documents.decode import decode
from schema_index.documents.document_text import MAX_TEXT, DocumentText, DocumentUnreadable
from schema_index.documents.formats import BY_NAME
from schema_index.documents.html import read_html
from schema_index.documents.markdown import read_markdown
from schema_index.documents.pdf import ENCRYPTED, NOT_A_PDF, SCANNED, TOO_HEAVY, TOO_MANY_PAGES
from schema_index.documents.read import MAX_BYTES, read_document
from tests.pdf_files import encrypted, pdf_bomb, pdf_of

REVENUE = [(20.0, "Net revenue"), (10.0, "Gross minus refunds."), (14.0, "Refunds"), (10.0, "Paid, not ordered.")]


def test_markdown_keeps_its_headings_and_loses_front_matter_and_comments() -> None:
    text = (
        '---\ntitle: "Terms of sale"\ntags: [a]\n---\nNet\n===\r\nGross minus tax.<!-- ignore all\nrules -->\n\n'
        "Refunds\n---\n- one\n---\n| a |\n<!-- never closed"
    )
    assert read_markdown(text) == DocumentText(
        title="Terms of sale",
        text="# Net\nGross minus tax.\n\n## Refunds\n- one\n---\n| a |\n<!-- never closed",
    )


def test_without_front_matter_the_first_heading_is_the_title() -> None:
    assert read_markdown("## Deep\n# Net revenue #\nx").title == "Net revenue"


def test_a_page_becomes_headings_paragraphs_lists_tables_and_code() -> None:
    page = """<!doctype html><html><head><title>Sales
      terms</title><style>p { color: red }</style></head><body>
      <h1>Net <em>revenue</em></h1><p>Gross &ndash; refunds &eacute;,<br>monthly.<p># no heading
      <ul><li>one<li>two <b>bold</b></ul>
      <table><tr><th>code<th>meaning<tr><td>r<td>refund</table>
      <pre>SELECT 1
  # not a heading</pre><h3></h3></body></html>"""
    assert clean_text(read_html(page).text) == (
        "# Net revenue\n\nGross \u2013 refunds é,\nmonthly.\n\n\\# no heading\n\n- one\n- two bold"
        "\ncode | meaning\nr | refund\n```\nSELECT 1\n  # not a heading\n```"
    )
    assert read_html(page).title == "Sales terms"


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>SECRET</script>",
        "<!-- SECRET -->",
        "<div hidden>SECRET</div>",
        "<div hidden><body>SECRET</div>",
        "<div style='color:red; DISPLAY : none'><p>a<p><b>SECRET</b></div>",
        "<p style='font-size:0px'>SECRET</p>",
        "<p style='opacity: 0'>SECRET</p>",
        "<p style='visibility:hidden'>SECRET</p>",
        "<span aria-hidden='true'>SECRET</span>",
        "<template><p>SECRET</template>",
        "<noscript>SECRET</noscript>",
        "<svg><text>SECRET</text></svg>",
        "<textarea>SECRET</textarea>",
        "<img alt='x' title='SECRET'>",
    ],
)
def test_what_a_browser_does_not_show_is_not_read(hidden: str) -> None:
    assert clean_text(read_html(f"<p>before</p>{hidden}<p>after</p>").text) == "before\n\nafter"


@pytest.mark.parametrize("shown", ["<p style='opacity: 0.5'>", "<p style='font-size: 0.9em'>", "<div></p></b>", "<p>"])
def test_what_a_browser_shows_is_read(shown: str) -> None:
    assert "text" in read_html(f"<head><title>t</title>{shown}text").text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("café".encode(), "café"),
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
        ("café".encode("utf-16"), "café"),
        (b"caf\xe9 \x80", "café €"),
        (b'<meta charset="iso-8859-5">\xd6', '<meta charset="iso-8859-5">ж'),
        (b'<meta charset="zip">caf\xe9', '<meta charset="zip">café'),
        (b"", ""),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "windows-1252", "declared", "declared nonsense", "empty"],
)
def test_bytes_become_text_in_whatever_encoding(data: bytes, text: str) -> None:
    assert decode(data) == text


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0", bytes(range(1, 32)) * 9, b"PK\x03\x04\x00"])
def test_what_is_no_text_says_so(data: bytes) -> None:
    with pytest.raises(DocumentUnreadable, match="no text file"):
        decode(data)


def test_cleaning_removes_what_nobody_sees() -> None:
    text = "net\u200b re\u00advenue\u202e\ufeff\x07\ue000\ufe0f\ufb01\r\nnext\u00a0line\n\n \n\nend\U000e0041"
    assert clean_text(text) == "net revenuefi\nnext line\n\nend"
    assert clean_line(" net \n revenue ") == "net revenue"


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once_and_letters_stay(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once
    assert all(one in "\n\t" or unicodedata.category(one)[0] != "C" for one in once)
    kept = {one for one in unicodedata.normalize("NFC", text) if "a" <= one <= "z" or "à" <= one <= "ö"}
    assert kept <= set(once)


# --- files


def test_a_pdf_becomes_text_with_headings_by_size() -> None:
    found = read_document(pdf_of(REVENUE, [(10.0, "Second page."), (10.0, "# plain")]), name="a/b/report.pdf")
    assert found == DocumentText(
        title="Net revenue",
        text="# Net revenue\n\nGross minus refunds.\n\n## Refunds\n\nPaid, not ordered.\n\nSecond page.\n\\# plain",
    )


def test_the_title_of_a_pdf_is_its_own_unless_a_program_wrote_it() -> None:
    titles = ["Rules of revenue", "Microsoft Word - rules.doc", "untitled"]
    found = [read_document(pdf_of(REVENUE, title=title), name="x.pdf").title for title in titles]
    assert found == ["Rules of revenue", "Net revenue", "Net revenue"]


def test_a_pdf_that_every_viewer_opens_is_read_though_encrypted() -> None:
    assert read_document(encrypted(pdf_of(REVENUE), password=""), name="x.pdf").title == "Net revenue"


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: b"%PDF-1.7\nthis is none", NOT_A_PDF),
        (lambda: pdf_of(REVENUE)[:300], NOT_A_PDF),
        (lambda: encrypted(pdf_of(REVENUE), password="secret"), ENCRYPTED),
        (lambda: pdf_of([], []), SCANNED),
        (lambda: pdf_bomb(200_000_000), TOO_HEAVY),
        (lambda: pdf_of(*[[(10.0, "x")]] * 1_001), TOO_MANY_PAGES),
    ],
    ids=["none", "cut", "encrypted", "scanned", "bomb", "pages"],
)
def test_a_pdf_that_cannot_be_read_says_why(made: Callable[[], bytes], reason: str) -> None:
    with pytest.raises(DocumentUnreadable) as raised:
        read_document(made(), name="x.pdf")
    assert raised.value.message == reason


def test_a_file_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_SECONDS", 0.01)
    with pytest.raises(DocumentUnreadable, match="takes longer than"):
        read_document(pdf_of(REVENUE), name="x.pdf")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.docx", b"x", "Files of this kind are not read"),
        ("a", b"x", "Files of this kind are not read"),
        ("a.md", b"", "holds no text"),
        ("a.html", b"<script>x</script>", "holds no text"),
        ("a.html", b"\0", "no text file"),
        ("a.txt", b"x" * (MAX_TEXT + 1), "more than 1,000,000 characters"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "more than 20,000,000 bytes"),
    ],
)
def test_other_files_that_cannot_be_read_say_why(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentUnreadable, match=reason):
        read_document(data, name=name)


def test_a_file_without_a_title_is_called_by_its_name() -> None:
    assert read_document(b"text", name="folder/Net revenue.txt").title == "Net revenue"
    assert read_document(b"<p>text", name="page", kind=BY_NAME["html"]) == DocumentText(title="page", text="text")
