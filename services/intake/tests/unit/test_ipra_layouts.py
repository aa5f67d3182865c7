"""Files of extracts: read in pieces of any size, and nothing harmful is believed (D3-24)."""

from __future__ import annotations

import pytest
from chassis.errors import DomainError
from hypothesis import given, settings
from hypothesis import strategies as st
from intake.extracts.layouts import COLUMNS, CSV_1, XML_1, RawRecord, reader

XML = """<?xml version="1.0" encoding="UTF-8"?>
<ipraExtracts version="1">
  <extract>
    <number>1.1/2026</number><issuedOn>2026-02-20</issuedOn>
    <child><name>Примеров Лев</name><birthDate>2019-05-01</birthDate></child>
    <representative><name>Примерова Яна</name><phone>89050001122</phone></representative>
    <address>ул. Тихая, 1</address><territory>angarsk</territory>
    <measures><measure><group>social</group><title>Занятия</title></measure></measures>
  </extract>
  <extract><number>1.2/2026</number><stranger>x</stranger></extract>
  <extract><number>1.3/2026</number></extract>
</ipraExtracts>
"""
CSV = (
    ";".join(COLUMNS)
    + '\r\n1.1/2026;2026-02-20;;;"Примеров\nЛев";2019-05-01;;Примерова Яна;89050001122;;"ул. ""Тихая""; 1";angarsk;;'
    + "social:Занятия|medical:Массаж\r\nbad;row\r\n\r\n1.3/2026;;;;;;;;;;;;;\r\n"
)


def read(layout: str, data: bytes, size: int = 1 << 20) -> list[RawRecord]:
    reading = reader(layout)
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return [record for piece in pieces for record in reading.feed(piece)] + reading.close()


def told(records: list[RawRecord]) -> list[tuple[int, int, object, str | None]]:
    return [(r.ordinal, r.line, r.fields, r.fault.slug if r.fault else None) for r in records]


def test_D3_24_xml_gives_records_with_their_lines_and_faults() -> None:
    first, second, third = read(XML_1, XML.encode())
    assert (first.ordinal, first.line, first.fault) == (1, 3, None)
    assert first.fields["birth_date"] == "2019-05-01"
    assert first.fields["measures"] == [{"group": "social", "title": "Занятия"}]
    assert second.fault is not None
    assert (second.fault.slug, second.line) == ("element_unknown", 10)
    assert third.fields == {"number": "1.3/2026"}


def test_D3_24_csv_gives_records_with_their_lines_and_faults() -> None:
    first, second, third = read(CSV_1, CSV.encode("utf-8-sig"))
    assert (first.line, first.fields["address"]) == (2, 'ул. "Тихая"; 1')
    assert [measure["group"] for measure in first.fields["measures"]] == ["social", "medical"]
    assert second.fault is not None
    assert (second.fault.slug, second.line) == ("columns_wrong", 4)
    assert (third.ordinal, third.line) == (3, 6)


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 300), st.sampled_from([(XML_1, XML), (CSV_1, CSV)]))
def test_D3_24_the_size_of_the_pieces_does_not_matter(size: int, case: tuple[str, str]) -> None:
    layout, content = case
    assert told(read(layout, content.encode(), size)) == told(read(layout, content.encode()))


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><ipraExtracts version="1"/>', "xml_forbidden"),
        ('<!DOCTYPE a [<!ENTITY b "bb">]><ipraExtracts version="1">&b;</ipraExtracts>', "xml_forbidden"),
        ('<ipraExtracts version="2"/>', "layout_unknown"),
        ("<other/>", "layout_unknown"),
        ('<ipraExtracts version="1"><extract>', "not_xml"),
        ("not xml at all", "not_xml"),
        ("", "not_xml"),
        ('<ipraExtracts version="1"><extract>' + "<a>" * 7, "too_deep"),
        ('<ipraExtracts version="1"><extract><number>' + "9" * 70_000, "record_too_long"),
    ],
)
def test_D3_24_a_harmful_or_broken_file_is_refused_with_its_reason(content: str, slug: str) -> None:
    with pytest.raises(DomainError, match=slug):
        read(XML_1, content.encode())


@pytest.mark.parametrize(
    ("content", "slug"),
    [
        (b"a;b;c\r\n", "header_wrong"),
        (b"", "header_wrong"),
        (b"\xff\xfe\xfa\xfb", "not_utf8"),
        ((";".join(COLUMNS) + '\r\n"open').encode(), "quote_open"),
        ((";".join(COLUMNS) + "\r\n" + "9" * 70_000).encode(), "record_too_long"),
    ],
)
def test_D3_24_a_broken_table_is_refused_with_its_reason(content: bytes, slug: str) -> None:
    with pytest.raises(DomainError, match=slug):
        read(CSV_1, content)


def test_a_layout_we_do_not_know_is_refused() -> None:
    with pytest.raises(DomainError, match="layout_unknown"):
        reader("ipra-extracts-xml-2")
