"""The words of the UI in the language of the person who looks, and numbers and dates as that language writes them.

English stands in the code; every other language is a folder in `locales/` with two catalogs that a translator edits:
`ui.po`, the words of pages and components, and `service.po`, what the service answers (refusals, summaries).
`make words` brings both up to date with the code. A message that a catalog lacks shows in English.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any

import streamlit as st
from babel import Locale, dates, numbers, units
from babel.lists import format_list
from babel.messages import Catalog
from babel.messages.pofile import read_po
from streamlit.runtime.scriptrunner import get_script_run_ctx

FOLDER = Path(__file__).parent / "locales"
ENGLISH = "en"
COOKIE = "labeler_language"
DASH = "\u2013"  # shown where there is no value
MINUS = "\u2212"
_HOLE = re.compile(r"\{(\w*)\}")
_QUOTED = re.compile(r"[\"'“]\{(\w+)\}[\"'”]")
_SEVERAL = re.compile(r"(?<=[.!?]) (?=[A-Z\"])")  # where a sentence ends and another begins
_MARK = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)


@cache
def languages() -> dict[str, str]:
    """The languages there are: tag to what those who speak it call it."""
    tags = [ENGLISH, *sorted(folder.name for folder in FOLDER.iterdir() if (folder / "ui.po").exists())]
    return {tag: str(Locale.parse(tag, sep="-").get_language_name(tag)).capitalize() for tag in tags}


@cache
def catalog(tag: str, name: str) -> Catalog:
    """A language's catalog: "ui" or "service". English has none: its messages are the code's."""
    path = FOLDER / tag / f"{name}.po"
    if not path.exists():
        return Catalog(locale=tag.replace("-", "_"))
    with path.open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def known(tag: str | None) -> str | None:
    """The tag, if it is of a language there is."""
    return tag if tag in languages() else None


def best(wanted: str | None) -> str:
    """The language there is for a tag (`de-AT`) or an Accept-Language header; English where there is none."""
    for part in (wanted or "").split(","):
        tag = part.partition(";")[0].strip().lower()
        for there in languages():
            if there.lower() in {tag, tag.partition("-")[0]}:
                return there
    return ENGLISH


def language() -> str:
    """The language of the person who looks: the one chosen in this browser, else the browser's own."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    kept: str | None = st.session_state.get("_language")
    if kept is None:
        kept = known(st.context.cookies.get(COOKIE)) or best(st.context.locale)
        st.session_state["_language"] = kept
    return kept


def mark(text: str) -> str:
    """Words that are translated where they are shown: `t(MARKED)`."""
    return text


def t(text: str, /, **values: Any) -> str:
    """The words in the viewer's language, its `{names}` filled with the values as they are."""
    return _filled(_translated(text, None, language()), values)


def tc(context: str, text: str, /, **values: Any) -> str:
    """Like `t`, for a word that means different things in different places; context: which one is meant."""
    return _filled(_translated(text, context, language()), values)


def tn(one: str, many: str, n: int, /, **values: Any) -> str:
    """The words for n things; `{n}` is the number, written as the language does."""
    tag = language()
    return _filled(_plural(one, many, n, tag), {"n": number(n), **values})


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """Only what is named is filled: braces in data stay, and a translator's slip shows instead of breaking a page."""
    return _HOLE.sub(lambda hole: str(values.get(hole[1], hole[0])), text) if values else text


def _translated(text: str, context: str | None, tag: str) -> str:
    message = None if tag == ENGLISH else catalog(tag, "ui").get(text, context)
    return str(message.string) if message is not None and message.string else text


def _plural(one: str, many: str, n: int, tag: str) -> str:
    if tag != ENGLISH:
        message = catalog(tag, "ui").get((one, many))
        forms = message.string if message is not None else ()
        if isinstance(forms, tuple) and all(forms) and forms:
            return str(forms[_form(tag, n)])
    return one if n == 1 else many


@cache
def _rule(tag: str) -> Any:
    return c2py(catalog(tag, "ui").plural_expr)


def _form(tag: str, n: int) -> int:
    return int(_rule(tag)(n))


def said(text: str | None) -> str:
    """Words of the service in the viewer's language: a message of the catalog, its holes filled as they came."""
    words, tag = text or "", language()
    if tag == ENGLISH or not words:
        return words
    message = catalog(tag, "service").get(words)
    if message is not None and message.string:
        return str(message.string)
    for pattern, translated, quoted in _patterns(tag):
        found = pattern.fullmatch(words)
        if found and not any(_SEVERAL.search(value) for value in found.groups()):
            holes = found.groupdict().items()
            return _filled(translated, {hole: value if hole in quoted else _part(value) for hole, value in holes})
    for sign, parts in ((" ", _SEVERAL.split(words)), ("; ", words.split("; "))):
        if len(parts) > 1:
            return sign.join(said(part) for part in parts)
    return words


def _part(value: str) -> str:
    """What fills a hole of the service's words: words of its own, or a number as English writes it."""
    if re.fullmatch(r"\d{1,3}(,\d{3})+", value):
        return number(int(value.replace(",", "")))
    if decimal := re.fullmatch(r"\d+\.(\d+)", value):
        return number(float(value), len(decimal[1]))
    if share := re.fullmatch(r"(\d+)(?:\.(\d+))?%", value):
        return percent(float(value[:-1]) / 100, len(share[2] or ""))
    return said(value)


@cache
def _patterns(tag: str) -> list[tuple[re.Pattern[str], str, set[str]]]:
    """Messages with holes, those with the most words of their own first: they say most exactly what is meant.

    With the holes that stand in quotes: what fills them is somebody's own and stays as it is.
    """
    found = []
    for message in catalog(tag, "service"):
        if message.id and message.string and _HOLE.search(str(message.id)):
            source = str(message.id)
            own = _HOLE.sub("", source)
            parts = re.split(r"\{(\w+)\}", source)
            exact = [f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)]
            pattern, quoted = re.compile("".join(exact), re.DOTALL), set(_QUOTED.findall(source))
            found.append((len(own), pattern, str(message.string), quoted))
    return [(pattern, string, quoted) for _, pattern, string, quoted in sorted(found, key=lambda one: -one[0])]


def number(value: float | None, digits: int = 0) -> str:
    """A number as the language writes it: 12,345 or 12.345."""
    if value is None:
        return DASH
    shape = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(value, shape, locale=_locale())).replace("-", MINUS)


def percent(value: float | None, digits: int = 0) -> str:
    """A share of 1 in percent, as the language writes it: 87% or 87 %."""
    if value is None:
        return DASH
    shape = str(Locale.parse(_locale()).percent_formats[None].pattern)
    zeros = "0." + "0" * digits if digits else "0"
    shown = numbers.format_percent(value, shape.replace("##0", f"##{zeros}"), locale=_locale())
    return str(shown).replace("-", MINUS)


def day(value: date | datetime, form: str = "medium") -> str:
    """A date as the language writes it. form: short, medium, long, or a CLDR skeleton such as `MMMd`."""
    if form in {"short", "medium", "long", "full"}:
        return str(dates.format_date(value, form, locale=_locale()))
    return str(dates.format_skeleton(form, value, locale=_locale()))


def weekday(value: date) -> str:
    """The name of the day of the week."""
    return str(dates.format_date(value, "EEEE", locale=_locale()))


def clock_time(value: datetime) -> str:
    """A time of the day as the language writes it, to the minute."""
    return str(dates.format_time(value, "short", locale=_locale()))


def duration(seconds: int) -> str:
    """A time in full words, in the largest unit that says it exactly: "30 seconds", "2 hours"."""
    sizes = {"day": 86_400, "hour": 3_600, "minute": 60}
    unit = next((name for name, size in sizes.items() if seconds and seconds % size == 0), "second")
    return str(units.format_unit(seconds // sizes.get(unit, 1), f"duration-{unit}", locale=_locale()))


def listed(words: list[str]) -> str:
    """Words with commas and an "and" between."""
    return str(format_list(words, locale=_locale()))


def _locale() -> str:
    tag = language()
    return "en_US" if tag == ENGLISH else tag.replace("-", "_")


def script(tag: str, service: bool = False) -> str:
    """The words for a component: JavaScript that goes before its own, `WORDS` for `words.js`.

    service: with what the service answers, for a component that asks it.
    """
    told: dict[str, Any] = {}
    for message in catalog(tag, "ui"):
        if not message.id or not message.string or not any(path.endswith(".js") for path, _ in message.locations):
            continue
        many = isinstance(message.id, tuple)
        key = message.id[0] if many else f"{message.context}\u0004{message.id}" if message.context else message.id
        told[str(key)] = list(message.string) if many else message.string
    forms = [_form(tag, n) for n in range(200)] if tag != ENGLISH else []
    given: dict[str, Any] = {"language": tag, "forms": forms, "known": told}
    if service:
        given["said"] = {str(one.id): one.string for one in catalog(tag, "service") if one.id and one.string}
    return f"const WORDS = {json.dumps(given, ensure_ascii=False)};\n".replace("</", "<\\/")


def html(text: str, tag: str) -> str:
    """A component's HTML with its `{{words}}` in the language."""
    return _MARK.sub(lambda found: _translated(" ".join(found[1].split()), None, tag), text)
