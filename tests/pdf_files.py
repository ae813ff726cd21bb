"""PDF files written by hand: few objects, a known text, and whatever is to be wrong with them."""

import zlib
from collections.abc import Sequence
from io import BytesIO

from pypdf import PdfReader, PdfWriter

Line = tuple[float, str]
"""(size in points, ASCII text)"""


def pdf_of(*pages: Sequence[Line], title: str = "") -> bytes:
    """One page for each sequence of lines, written from the top."""
    return _file([_content(lines) for lines in pages], title=title)


def pdf_bomb(unpacked: int) -> bytes:
    """A page of a few kB that unpacks into so many bytes."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(unpacked // 1_000_000)) + packer.flush()
    return _file([packed], filter_="/Filter /FlateDecode ")


def encrypted(data: bytes, *, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _content(lines: Sequence[Line]) -> bytes:
    parts, y = [], 800.0
    for size, text in lines:
        y -= 2 * size
        parts.append(f"BT /F1 {size} Tf 50 {y} Td ({text}) Tj ET")
    return "\n".join(parts).encode()


def _file(contents: list[bytes], *, title: str = "", filter_: str = "") -> bytes:
    pages = range(4, 4 + 2 * len(contents), 2)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Count {len(contents)} /Kids [{' '.join(f'{n} 0 R' for n in pages)}] >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    }
    for number, content in zip(pages, contents, strict=True):
        objects[number] = (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Contents {number + 1} 0 R >>"
        ).encode()
        objects[number + 1] = f"<< {filter_}/Length {len(content)} >>\nstream\n".encode() + content + b"\nendstream"
    info = max(objects) + 1
    objects[info] = f"<< /Title ({title}) >>".encode()
    written, places = b"%PDF-1.7\n", {}
    for number, body in sorted(objects.items()):
        places[number] = len(written)
        written += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{places[number]:010} 00000 n \n" for number in sorted(objects))
    trailer = f"trailer\n<< /Size {info + 1} /Root 1 0 R /Info {info} 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return written + f"xref\n0 {info + 1}\n0000000000 65535 f \n{table}{trailer}".encode()
