/* A table row: the names of its columns next to their values, each in its own direction. Long rows have a search, which
 * stays as it is for the next rows, and hide what is empty. */
import { folded } from "../find.js";
import { contents } from "../registry.js";
import { make, pair, valueText } from "../view.js";
import { t, tn } from "../../words.js";

const SEARCHED_FROM = 13;
const DENSE_FROM = 20;
const kept = { words: "", empty: false }; // whether empty fields are shown, too

const isEmpty = (value) => value === null || value === undefined || value === "";

function shown(entries) {
  const wanted = folded(kept.words.trim());
  const fits = ([name, value]) => !wanted || folded(name).includes(wanted) || folded(valueText(value)).includes(wanted);
  return entries.filter((entry) => (kept.empty || !isEmpty(entry[1])) && fits(entry));
}

function fill(list, entries) { list.replaceChildren(...shown(entries).map(([name, value]) => pair(name, value))); }

function bar(list, entries) {
  const words = make("input", { class: "search find-field", type: "search", placeholder: t("Find a field ( F )"), "aria-label": t("Find a field"), "data-testid": "field-search" });
  words.value = kept.words;
  words.addEventListener("input", () => { kept.words = words.value; fill(list, entries); });
  words.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { words.value = ""; kept.words = ""; fill(list, entries); }
    if (["Escape", "Enter"].includes(event.key)) words.blur();
  });
  const many = entries.filter(([, value]) => isEmpty(value)).length;
  const says = () => (kept.empty ? t("Hide empty fields") : tn("{n} empty field hidden: show", "{n} empty fields hidden: show", many));
  const toggle = make("button", { type: "button", class: "quietly", "data-testid": "empty-fields" }, says());
  toggle.addEventListener("click", () => {
    kept.empty = !kept.empty;
    toggle.textContent = says();
    fill(list, entries);
    toggle.blur();
  });
  return make("div", { class: "fields-bar" }, words, many ? toggle : null);
}

contents.set("table", {
  fits: (content) => typeof content.fields === "object" && content.fields !== null,

  draw(node, content) {
    const entries = Object.entries(content.fields);
    const long = entries.length >= SEARCHED_FROM;
    const list = make("dl", { class: entries.length >= DENSE_FROM ? "row dense" : "row" });
    if (long) fill(list, entries);
    else list.replaceChildren(...entries.map(([name, value]) => pair(name, value)));
    node.removeAttribute("dir");
    node.className = long ? "text fields" : "text";
    node.replaceChildren(...(long ? [bar(list, entries), list] : [list]));
  },

  preview: (content) => Object.entries(content.fields).map(([name, value]) => `${name}: ${valueText(value)}`).join(", "),
});
