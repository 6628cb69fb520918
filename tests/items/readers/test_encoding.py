import pytest

from labeler.items.readers import BadRow, Row

UTF8, LATIN = "Straße und Mädchen".encode(), "Straße und Mädchen".encode("cp1252")
PLAIN = b"1,some plain text\n"


def test_two_wrong_bytes_never_turn_a_file_into_another_encoding(reading):
    """Also where the letters that are UTF-8 are far from them."""
    data = b"id,text\n" + b"1," + UTF8 + b"\n" + PLAIN * 100_000 + b"2,br\xf6ken\n3," + UTF8 + b"\n"
    rows = reading.rows(data)
    assert rows[0].values["text"] == rows[-1].values["text"] == UTF8.decode()
    assert [row for row in rows if isinstance(row, BadRow)] == [
        BadRow(100_002, "text", '"text" is not valid in the encoding of the file')
    ]
    assert reading.sniff().encoding == "utf-8"
    assert "the rows that hold them are refused" in reading.sniff().warnings[0]


@pytest.mark.parametrize("first", [UTF8, LATIN])
def test_of_a_file_in_two_encodings_the_rows_that_are_not_utf8_are_refused(first, reading):
    second = LATIN if first is UTF8 else UTF8
    rows = reading.rows(b"id,text\n" + b"1," + first + b"\n" + b"2," + second + b"\n" + b"3," + UTF8 + b"\n")
    assert sorted(type(row).__name__ for row in rows) == ["BadRow", "Row", "Row"]
    assert all(row.values["text"] == UTF8.decode() for row in rows if isinstance(row, Row))


def test_a_file_in_another_encoding_throughout_is_read_as_that_and_said(reading):
    rows = reading.rows(b"id,text\n" + PLAIN * 1000 + b"2," + LATIN + b"\n")
    assert rows[-1].values["text"] == UTF8.decode()
    assert reading.sniff().warnings == ("the file is not UTF-8; read as cp1252: check letters with accents",)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "shift_jis", "ascii"])
def test_bytes_that_are_nothing_in_the_encoding_cost_their_row_only(encoding, reading):
    wrong = {"cp1252": b"\x81", "utf-16": b"\x00\xd8", "shift_jis": b"\x85", "ascii": b"\xe9"}[encoding]
    mark = "~".encode(encoding)[-2 if encoding == "utf-16" else -1 :]
    data = "id,text\n1,a~b\n2,fine\n".encode(encoding).replace(mark, wrong)
    rows = reading.rows(data, encoding=encoding)
    assert rows == [
        BadRow(1, "text", '"text" is not valid in the encoding of the file'), Row(2, {"id": "2", "text": "fine"}),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "jsonl", "lines", "json"])
def test_every_format_of_text_refuses_the_row_alone(form, reading):
    data = {
        "csv": b"id,text\n1,a\xffb\n2,\xc3\xa9\n3,\xc3\xa9\n",
        "jsonl": b'{"text": "a\xffb"}\n{"text": "\xc3\xa9"}\n',
        "lines": b"one text\none \xff more\nand \xc3\xa9\n",
        "json": b'[{"text": "a\xffb"}, {"text": "\xc3\xa9"}]',
    }[form]
    rows = reading.rows(data)
    bad = [row for row in rows if isinstance(row, BadRow)]
    assert len(bad) == 1 and bad[0].reason == '"text" is not valid in the encoding of the file'
    assert len(rows) > 1


def test_a_character_that_is_cut_off_at_the_end_costs_its_row_only(reading):
    rows = reading.rows("id,text\n1,fährt\n2,Straß".encode()[:-1])
    assert isinstance(rows[0], Row) and isinstance(rows[1], BadRow)


def test_the_mark_at_the_start_counts_even_if_the_encoding_is_said(reading):
    assert reading.values("\ufeffid,text\n1,é\n", encoding="utf-8") == [{"id": "1", "text": "é"}]
    reading.write("id,text\n1,é\n", "utf-16")
    assert reading.values(encoding="UTF-16LE") == [{"id": "1", "text": "é"}]


@pytest.mark.parametrize("words", ["Für mich war das schön", "für Elise", "naïve", "Ça va", "El niño está aquí"])
@pytest.mark.parametrize("rows", [1, 2, 40])
def test_few_accents_are_no_other_script(reading, words, rows):
    data = "id,text,label\n" + "".join(f"{n},{words},x\n" for n in range(rows))
    assert [row["text"] for row in reading.values(data.encode("cp1252"))] == [words] * rows


@pytest.mark.parametrize(
    "words, encoding",
    [
        ("これは日本語で書かれた少し長い文章です。今日は天気がとても良いので、散歩に行きます。", "shift_jis"),
        ("这是一条很短的消息", "gb18030"),
        ("очень короткий текст", "cp1251"),
    ],
)
def test_other_scripts_stay_what_they_are(reading, words, encoding):
    data = "id,text,label\n" + "".join(f"{n},{words},x\n" for n in range(20))
    assert [row["text"] for row in reading.values(data.encode(encoding))] == [words] * 20
