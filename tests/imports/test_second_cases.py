"""More of what people's files are like, tried after the first cases were mended: each with what must become of it.

The project has the labels spam and ham. Rows are data rows, counted from 1.
"""

import json
import unicodedata
from typing import Any, NamedTuple

import pytest

from labeler.client import Project


class Case(NamedTuple):
    """data: of the file. found: (text or fields, label) of the items, by what they hold. told: words in the plan's
    warnings, and in what is said of rows. keys: where they matter."""

    data: str | bytes
    found: dict[str, str | None]
    told: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def lines(*rows: Any) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


TWO: dict[str, str | None] = {"win a prize": "spam", "see you": "ham"}
TABLE = "1,win a prize,spam\n2,see you,ham\n"
NFD = unicodedata.normalize("NFD", "café") + " at noon"

CASES = {
    "German Excel": Case(
        "\ufeffNr.;Nachricht;Kategorie;Betrag\r\n1;win a prize;spam;1.234,56\r\n2;see you;ham;-0,5\r\n", TWO
    ),
    "French Excel": Case("id;texte;étiquette\r\n1;à demain, d’accord;ham\r\n".encode("cp1252"), {
        "à demain, d’accord": "ham"}, ("read as cp1252",)),
    "a column of labels under any name": Case("id,text,zz\n" + TABLE, TWO),
    "pandas with its index": Case(",text,label\n0,win a prize,spam\n1,see you,ham\n2,call me,\n", {
        **TWO, "call me": None}),
    "R": Case('"","text","label"\n"1","win a prize","spam"\n"2","see you",NA\n"3",NA,"ham"\n',
        {"win a prize": "spam", "see you": None, "NA": "ham"}, ('"NA" in "label" is taken for no label', "left out",
        'only a word that may stand for none ("NA")')),
    "tab-separated from MySQL": Case("id\ttext\tlabel\n1\twin a prize\tspam\n2\t\\N\tham\n3\tcall me\t\\N\n",
        {"win a prize": "spam", "call me": None}, ('"text" is \\N',)),
    "missing labels of many programs": Case("id,text,label\n1,a a,nan\n2,b b,None\n3,c c,N/A\n4,d d,NULL\n5,e e,spam\n",
        {"a a": None, "b b": None, "c c": None, "d d": None, "e e": "spam"}, ('"N/A", "NULL", "None", "nan"',)),
    "Google Sheets with empty rows": Case("Timestamp,Message text,Label\n1/2/2024 10:11:12,win a prize,spam\n,,\n"
        '1/2/2024 10:12:13,"see you",ham\n,,\n', TWO),
    "rows in two encodings": Case("id,text\n1,café ok\n".encode() + "2,naïve\n".encode("cp1252") + "3,crème\n".encode(),
        {"café ok": None, "crème": None}, ("some characters are not valid UTF-8", "not valid in the encoding")),
    "keys as they are written": Case("id,text\n007,a a\n1e5,b b\n12345678901234567890,c c\nTRUE,d d\n1.0,e e\n1,f f\n",
        dict.fromkeys(["a a", "b b", "c c", "d d", "e e", "f f"]),
        keys=("007", "1e5", "12345678901234567890", "TRUE", "1.0", "1")),
    "large keys in JSON": Case('{"id":12345678901234567890,"text":"a a"}\n{"id":9007199254740993,"text":"b b"}\n',
        {"a a": None, "b b": None}, keys=("12345678901234567890", "9007199254740993")),
    "spaces, case and unseen characters around labels": Case(
        "id,text,label\n1,a a, spam \n2,b b,HAM\n3,c c,ham\u00a0\n4,d d,\u200bSpam\n",
        {"a a": "spam", "b b": "ham", "c c": "ham", "d d": "spam"}, ("spelled in",)),
    "a label that is none": Case("id,text,label\n1,win a prize,Spam.\n", {"win a prize": None}, (
        '"label" is "Spam."',)),
    "numbers for labels": Case("id,text,label\n1,win a prize,1\n2,see you,0\n", {"win a prize": None, "see you": None},
        ("the labels are numbers",)),
    "texts that are words for nothing": Case("id,text\n1,nan\n2,a real text\n", {"nan": None, "a real text": None},
        ('1 of the first 2 texts are only a word that may stand for none ("nan")',)),
    "dates that repeat are no keys": Case("date,text\n2024-01-02,a a\n2024-01-02,b b\n", {"a a": None, "b b": None}),
    "tabs inside quotes": Case('id\ttext\tlabel\n1\t"win\ta prize"\tspam\n2\t"see\nyou"\tham\n',
        {"win\ta prize": "spam", "see\nyou": "ham"}),
    "line ends of old Macs": Case("id,text,label\r" + TABLE.replace("\n", "\r"), TWO),
    "line ends of two kinds": Case("id,text,label\r\n" + TABLE.replace("\n", "\r\n", 1), TWO),
    "UTF-16 with its mark": Case(("id\ttext\tlabel\r\n" + TABLE.replace(",", "\t")).encode("utf-16"), TWO),
    "UTF-16 without its mark": Case(("id,text,label\n" + TABLE * 1).encode("utf-16-be"), TWO),
    "a field twice in a JSON object": Case('{"id":1,"text":"first","text":"win a prize","label":"spam"}\n', {
        "win a prize": "spam"}, ('the field "text" is there twice',)),
    "a field twice in a JSON array": Case('[{"id":1,"text":"first","text":"win a prize","label":"spam"}]', {
        "win a prize": "spam"}, ('the field "text" is there twice',)),
    "lists in lists": Case(lines({"id": 1, "text": "win a prize", "label": [["spam"]]}), {"win a prize": "spam"}),
    "labels that are objects": Case(lines({"id": 1, "text": "win a prize", "label": {"name": "spam", "score": 0.9}}),
        {"win a prize": "spam"}),
    "texts that are null": Case(lines({"id": 1, "text": None, "label": "spam"}, {"id": 2, "text": "see you"}),
        {"see you": None}, ('"text" is missing',)),
    "texts that are numbers": Case(lines({"id": 1, "text": 42}, {"id": 2, "text": "see you"}), {
        "42": None, "see you": None}),
    "an object around the rows": Case(json.dumps({"data": [{"id": 1, "text": "win a prize", "label": "spam"}], "n": 1}),
        {"win a prize": "spam"}, ('the rows are the list "data"',)),
    "emoji": Case("id,text,label\n1,👍🏽 great 👩‍👩‍👧,ham\n", {"👍🏽 great 👩‍👩‍👧": "ham"}),
    "from right to left": Case("id,text,label\n1,\u202bمرحبا (بك)\u202c,ham\n2,שלום,spam\n",
        {"\u202bمرحبا (بك)\u202c": "ham", "שלום": "spam"}),
    "decomposed letters": Case(f"id,text,label\n1,{NFD},ham\n", {NFD: "ham"}),
    "HTML and Markdown inside": Case('id,text,label\n1,"<script>alert(1)</script>",spam\n2,"# Title\n\n* item",ham\n',
        {"<script>alert(1)</script>": "spam", "# Title\n\n* item": "ham"}),
    "a very long text": Case("id,text,label\n1," + "word " * 30_000 + ",spam\n2,see you,ham\n", {"see you": "ham"},
        ("150,000 characters, at most 100,000",)),
    "one row": Case("id,text,label\n1,win a prize,spam\n", {"win a prize": "spam"}),
    "one row without a header": Case("1,win a prize,spam\n", {"win a prize": "spam"}, ("no row names the columns",)),
    "a label first, without a header": Case("spam,win a prize now\nham,see you at noon\n",
        {"win a prize now": "spam", "see you at noon": "ham"}, ("no row names the columns",)),
    "labels and tabs, without a header": Case("ham\tsee you, at noon\nspam\tFree entry in 2 a wkly comp\n",
        {"see you, at noon": "ham", "Free entry in 2 a wkly comp": "spam"}),
    "only labels": Case("label\nspam\nham\n", {}, ("no column with a text",)),
    "only keys and labels": Case("id,label\n1,spam\n2,ham\n", {}, ("label items that are there by their keys",)),
    "labels parted by bars": Case("id,text,label\n1,both of them,spam|ham\n2,see you,ham\n",
        {"both of them": None, "see you": "ham"}, ("names 2 labels",)),
    "labels parted by commas": Case('id,text,label\n1,both of them,"spam, ham"\n2,see you,ham\n',
        {"both of them": None, "see you": "ham"}, ("names 2 labels",)),
    "lists as pandas writes them": Case("id,text,label\n1,win a prize,['spam']\n2,both,\"['ham', 'spam']\"\n",
        {"win a prize": "spam", "both": None}, ("names 2 labels",)),
    "lists as JSON in cells": Case('id,text,label\n1,win a prize,"[""spam""]"\n2,see you,[]\n', {
        "win a prize": "spam", "see you": None}),
    "doccano's CSV without comments": Case("id,text,label\n1,win a prize,spam\n2,both ways,spam#ham\n3,none of it,\n",
        {"win a prize": "spam", "both ways": None, "none of it": None}, ("names 2 labels",)),
    "a column for each label": Case("id,text,spam,ham\n1,win a prize,1,0\n2,see you,0,1\n3,both,1,1\n4,neither,0,0\n",
        {**TWO, "both": None, "neither": None}, ("names 2 labels",)),
    "comments above the table": Case("# exported\n# by a tool\nid,text,label\n" + TABLE, TWO, (
        "lines above the table",)),
    "spaces before quotes": Case('id, "text", "label"\n1, "win, a prize", "spam"\n', {"win, a prize": "spam"}),
    "backslashes before quotes": Case('id,text,label\n1,"he said \\"hi\\" to me",ham\n2,"see you",ham\n',
        {'he said \\"hi\\" to me': "ham", "see you": "ham"}, ("quotation marks",)),
    "an unseen character before the first name": Case("\u200bid,text,label\n" + TABLE, TWO, keys=("1", "2")),
    "Cyrillic of Windows": Case("id;text;label\n1;Вы выиграли приз;spam\n2;До встречи завтра;ham\n".encode("cp1251"),
        {"Вы выиграли приз": "spam", "До встречи завтра": "ham"}, ("read as cp1251",)),
    "a NUL by accident": Case(b"id,text,label\n1,win\x00 a prize,spam\n2,see you,ham\n", {"see you": "ham"},
        ("NUL character",)),
    "fastText with two labels": Case("__label__spam __label__ham both\n__label__ham see you\n",
        {"both": None, "see you": "ham"}, ("names 2 labels",)),
}  # fmt: skip


@pytest.mark.one_database
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_files_of_many_programs(project: Project, bring: Any, case: Case) -> None:
    sent = case.data.encode() if isinstance(case.data, str) else case.data
    before = project.client._http.post(f"{project.path}/imports/preview", files={"file": ("upload", sent)})
    assert before.status_code == 200, before.text
    done = bring(project, sent, name="upload")
    assert done.state == "done", done.error
    found, result = {}, done.result
    for item in project.items:
        given = [row.value for row in project.items.get(item.key).labels]
        found[item.content["text"]] = given[0] if given else None
    assert found == case.found
    assert {item.key for item in project.items} >= set(case.keys)
    assert result["balance"]["rows"] == before.json()["balance"]["rows"]
    assert sum(result["balance"]["rows"].values()) == result["rows"]
    said = [*result["plan"]["warnings"], *(one["reason"] for one in result["errors"] + result["notes"])]
    for words in case.told:
        assert any(words in one for one in said), said


REFUSED = {
    "SQL": ("-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `m`;\n", "an SQL dump (load it"),
    "SQL of SQLite": (
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE m (id int);\n",
        "an SQL dump (load it",
    ),
    "HTML as a workbook": ("<table><tr><td>id</td><td>text</td></tr></table>", "an HTML table"),
    "an object for each column": ('{"text":{"0":"a a","1":"b b"},"label":{"0":"x","1":"y"}}', 'orient="records"'),
    "a list for each column": ('{"text":["a a","b b"],"label":["spam","ham"]}', 'orient="records"'),
    "columns and data": ('{"columns":["text","label"],"index":[0],"data":[["a a","spam"]]}', 'orient="records"'),
}


@pytest.mark.one_database
@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED)
def test_files_that_hold_no_rows_are_refused_with_a_way_out(
    project: Project, bring: Any, data: str, reason: str
) -> None:
    answer = project.client._http.post(f"{project.path}/imports/preview", files={"file": ("upload", data.encode())})
    assert answer.status_code == 422 and reason in answer.json()["detail"]
    done = bring(project, data, name="upload")
    assert done.state == "failed" and reason in done.error
