"""Names of files: nothing of a path, nothing that turns letters round, nothing that a disk refuses."""

from __future__ import annotations

import unicodedata
from email.message import Message
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.media.names import LONGEST_NAME, disposition, name_of, safe_name


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("price list.pdf", "price list.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("..", ""),
        ("/", ""),
        ("a/..", ""),
        (".htaccess", "htaccess"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200e\u200fb.pdf", "ab.pdf"),
        ("a\x00b\r\nc\u2028d\u00a0e.txt", "ab c d e.txt"),
        ('a<b>:"|?*.txt', "a_b______.txt"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("LPT1 .pdf", "_LPT1 .pdf"),
        ("COM\u00b9.pdf", "_COM\u00b9.pdf"),
        ("console.txt", "console.txt"),
        ("견적서.pdf", "견적서.pdf"),
        (unicodedata.normalize("NFD", "견적서.pdf"), "견적서.pdf"),
        ("ใบเสนอราคา.pdf", "ใบเสนอราคา.pdf"),
        ("می\u200cخواهم.pdf", "می\u200cخواهم.pdf"),
        ("\u200b\u200d.", ""),
        ("a. . .", "a"),
        ("\ud800x.pdf", "x.pdf"),
    ],
)
def test_names_are_made_fit(given_name: str, safe: str):
    assert safe_name(given_name) == safe


@pytest.mark.parametrize(
    ("given_name", "mime_type", "left"),
    [
        ("", "application/pdf", "document.pdf"),
        ("invoice", "application/pdf", "invoice.pdf"),
        ("invoice.PDF", "application/pdf", "invoice.PDF"),
        ("v1.2 of the list", "text/plain", "v1.2 of the list.txt"),
        ("../", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document.docx"),
        ("", "application/octet-stream; x=y", "document.bin"),
        ("", "application/x-unheard-of", "document"),
    ],
)
def test_a_name_tells_the_type(given_name: str, mime_type: str, left: str):
    assert name_of(given_name, mime_type, "document") == left


@given(st.text())
def test_every_name_is_fit_and_stays_so(given_name: str):
    safe = safe_name(given_name)
    assert safe_name(safe) == safe
    assert len(safe.encode()) <= LONGEST_NAME
    assert not set(safe) & set('/\\<>:"|?*')
    assert not any(
        unicodedata.bidirectional(each) in {"RLO", "LRO", "RLE", "LRE", "RLI", "LRI", "FSI"} for each in safe
    )
    assert all(unicodedata.category(each)[0] != "C" or each in "\u200c\u200d" for each in safe)
    assert safe == safe.strip(" .")


@given(st.text(min_size=300, max_size=400, alphabet="가나다ก b."))
def test_a_long_name_keeps_its_end(stem: str):
    assert safe_name(f"x{stem}y.pdf").endswith(".pdf")


@given(st.text())
def test_a_header_holds_any_name_in_one_line(given_name: str):
    name = name_of(given_name, "application/pdf")
    header = disposition(name, as_attachment=True)
    assert header.isascii()
    assert header.isprintable()
    parsed = Message()
    parsed["Content-Disposition"] = header
    assert parsed.get_content_disposition() == "attachment"
    if name.isascii() and "%" not in name:  # old clients read percent signs as escapes (RFC 6266, appendix D)
        assert parsed.get_filename() == name


def test_names_in_any_script_reach_new_and_old_clients():
    assert disposition("견적.pdf", as_attachment=False) == (
        "inline; filename=\"__.pdf\"; filename*=UTF-8''%EA%B2%AC%EC%A0%81.pdf"
    )


def test_a_hostile_name_costs_no_more_than_its_length():
    began = process_time()
    assert safe_name("a" + "\u0301\u0327" * 100_000 + ".pdf").endswith(".pdf")
    assert process_time() - began < 1
