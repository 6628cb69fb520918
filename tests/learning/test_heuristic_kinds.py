"""Kinds of rules: where they speak, what they refuse, and that nothing that somebody writes breaks anything."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.kit.bounded import OutOfBounds, bounded
from labeler.learning.errors import InvalidRule, UnknownName
from labeler.learning.heuristics import Condition, compiled, registered
from labeler.learning.heuristics.running import run_rules
from labeler.learning.heuristics.suggesting import characteristic, mutual_information

ROW: tuple[dict[str, Any], dict[str, Any]] = (
    {"fields": {"price": 12.5, "city": "Zürich", "sold": True}},
    {"tags": ["Promo", "new"], "likes": 20, "deep": {"n": 1}},
)
TEXT: tuple[dict[str, Any], dict[str, Any]] = ({"text": "FREE prize! Call 0800 now"}, {"source": "sms", "likes": 3})


def speaks(condition: Condition, item: Any = TEXT) -> bool:
    return bool(next(run_rules([condition], [item])).positions)


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (Condition("keyword", "free prize"), True),
        (Condition("keyword", "lunch, call"), True),
        (Condition("keyword", "fre"), False),
        (Condition("regex", r"free.*\d{4}"), True),
        (Condition("regex", r"(?-i)free"), False),
        (Condition("field", "SMS", None, "source", "equals"), True),
        (Condition("field", "3", None, "likes", "above"), False),
        (Condition("field", "x", None, "missing", "equals"), False),
        (Condition("expression", None, 'lower(text).contains("free") && metadata.likes < 10'), True),
        (Condition("expression", None, "metadata.missing == 1"), False),
        (Condition("expression", None, 'has(metadata.source) && metadata.source in ["sms", "mail"]'), True),
        (Condition("expression", None, 'text.matches("[0-9]{4}") && size(text) > 10'), True),
    ],
)
def test_rules_speak_where_they_match_and_are_silent_elsewhere(condition: Condition, wanted: bool) -> None:
    assert speaks(condition) is wanted


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (Condition("field", "12.50", None, "price", "equals"), True),
        (Condition("field", "12", None, "price", "above"), True),
        (Condition("field", "zür", None, "city", "contains"), True),
        (Condition("field", "true", None, "sold", "equals"), True),
        (Condition("field", "promo", None, "tags", "equals"), True),
        (Condition("field", "1", None, "sold", "below"), False),
        (Condition("keyword", "zürich"), True),
        (Condition("expression", None, 'fields.price > 12.0 && "new" in metadata.tags'), True),
        (Condition("expression", None, "metadata.tags.exists(tag, lower(tag) == 'promo')"), True),
    ],
)
def test_rows_of_tables_have_fields_and_metadata(condition: Condition, wanted: bool) -> None:
    assert speaks(condition, ROW) is wanted


@pytest.mark.parametrize(
    ("condition", "field", "words"),
    [
        (Condition("keyword"), "pattern", "is missing"),
        (Condition("keyword", " , "), "pattern", "has no word"),
        (Condition("keyword", "a", "true"), "expression", "is not taken"),
        (Condition("regex", "("), "pattern", "missing )"),
        (Condition("regex", r"(a)\1"), "pattern", "no regular expression"),
        (Condition("regex", "(a{1000}){1000}"), "pattern", "repetition"),
        (Condition("field", "x", None, "price", "above"), "pattern", "is no number"),
        (Condition("field", "x", None, "price", "like"), "op", "expected one of equals"),
        (Condition("expression", None, "9**9**9"), "expression", "is not read"),
        (Condition("expression", None, "__import__('os').system('true')"), "expression", "has no"),
        (Condition("expression", None, "os.environ"), "expression", 'has no "os"'),
        (Condition("expression", None, "open('x')"), "expression", 'has no "open" to call'),
        (Condition("expression", None, "(" * 400 + "true" + ")" * 400), "expression", "is not read"),
    ],
)
def test_what_can_not_be_run_is_refused_with_the_reason(condition: Condition, field: str, words: str) -> None:
    with pytest.raises(InvalidRule) as refused:
        compiled(condition)
    assert refused.value.field == field and words in refused.value.reason


def test_an_unknown_kind_lists_those_there_are() -> None:
    with pytest.raises(UnknownName, match="expression, field, keyword, regex"):
        compiled(Condition("magic", "x"))
    assert all(kind.summary for kind in registered().values())


@pytest.mark.parametrize("written", ["'a' * 1000000000", "text.__class__ == 1", "text.__class__.__mro__", "1 / 0 == 1"])
def test_hostile_expressions_are_silence(written: str) -> None:
    found = next(run_rules([Condition("expression", None, written)], [TEXT]))
    assert (found.positions, found.failed) == ([], 1) and found.reason


def test_a_pattern_that_explodes_elsewhere_takes_no_time() -> None:
    items = [({"text": "a" * 19_000 + "!"}, None)] * 50
    found = list(run_rules([Condition("regex", p) for p in ("(a+)+$", "(a|aa)+$", "(.*)*x")], items))
    assert [one.positions for one in found] == [[], [], []] and sum(one.seconds for one in found) < 20


def test_what_asks_for_too_much_ends_with_its_process() -> None:
    doubled = "['aaaaaaaaaa']" + ".map(v, v + v)" * 40
    big = "[" + ",".join(["1"] * 90) + "]"
    slow = f"{big}.all(a, {big}.all(b, {big}.all(c, {big}.all(d, true))))"
    for written in (f"size({doubled}) > 0", slow):
        with pytest.raises(OutOfBounds), bounded(_run, written, memory=200_000_000, seconds=1) as found:
            list(found)


def _run(written: str) -> Any:
    yield from run_rules([Condition("expression", None, written)], [TEXT] * 50)


PARTS = st.text(max_size=30) | st.text(alphabet="()[]{}|*+?\\^$.a1,'\"<>=&!: ", max_size=40)


@settings(max_examples=150)
@given(kind=st.sampled_from(["keyword", "regex", "field", "expression"]), written=PARTS, text=st.text(max_size=50))
def test_nothing_that_is_written_breaks_a_rule(kind: str, written: str, text: str) -> None:
    pattern, expression = (None, written) if kind == "expression" else (written, None)
    name, op = ("n", "contains") if kind == "field" else (None, None)
    try:
        found = next(run_rules([Condition(kind, pattern, expression, name, op)], [({"text": text}, {"n": text})]))
    except InvalidRule as refused:
        assert refused.reason
    else:
        assert found.positions in ([], [0])


def test_words_that_hold_a_sentence_together_are_not_suggested() -> None:
    texts = [f"please call {n} now to claim the prize" for n in range(20)] + ["home by bus, wait"] * 30
    texts += [f"Sie haben den Gewinn {n} und der wartet" for n in range(10)]
    labels = [["spam"]] * 20 + [["ham"]] * 30 + [["spam"]] * 10
    said = {word for one in characteristic(texts, labels, most=50)["spam"] for word in one.phrase.split()}
    assert said & {"claim", "call", "prize", "gewinn"} and not said & {"to", "the", "sie", "den", "und", "der"}


def test_of_words_that_find_the_same_texts_one_is_suggested_and_a_rare_one_not() -> None:
    texts = ["call now and claim a prize"] * 19 + ["call now, claim"] + ["free ringtone"] * 10 + ["jackpot"] * 6
    texts += ["see the bus"] * 700
    labels = [["spam"]] * 36 + [["ham"]] * 700
    found = [(one.phrase, one.found) for one in characteristic(texts, labels)["spam"]]
    assert [n for _, n in found] == [20, 10], found


def test_what_says_most_of_a_label_comes_first() -> None:
    assert mutual_information(5, 10, 10, 20) == pytest.approx(0)
    assert mutual_information(10, 10, 10, 20) == pytest.approx(math.log(2))
    texts = ["sure"] * 8 + ["broad"] * 40 + ["broad plain"] * 4 + ["plain"] * 48
    labels = [["yes"]] * 48 + [["no"]] * 52
    assert [one.phrase for one in characteristic(texts, labels)["yes"]] == ["broad", "sure"]


def test_characteristic_words_come_by_label_and_not_twice() -> None:
    texts = ["win a free prize now"] * 12 + ["see you at lunch"] * 20 + ["the train is late"] * 8
    labels = [["spam"]] * 12 + [["ham"]] * 28
    found = characteristic(texts, labels, known=["prize"])
    assert found["spam"] and {one.right for one in found["spam"]} == {12}
    assert "prize" not in {one.phrase for one in found["spam"]}
    words = [word for one in found["spam"] for word in one.phrase.split()]
    assert len(words) == len(set(words))
