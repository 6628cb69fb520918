/* The labels of a project as a list of inputs: a name and Enter, and the next one is there. Pasted lines are labels, too. */
import { colors } from "../card/colors.js";
import { mark, t, tc, tn } from "../words.js";

const CARD_KEYS = ["u", "s", "h", "g"];
const TELL_AFTER_MS = 350;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

const TWICE = {
  name: mark("The name “{value}” is there twice."),
  hotkey: mark("The key “{value}” is there twice."),
  color: mark("The color “{value}” is there twice."),
};

class LabelsEditor {
  constructor(root, data, tell) {
    this.root = root;
    this.tell = tell;
    this.scope = `labeler:typed:${data.owner}:${data.scope}`;
    this.storage = `${this.scope}:labels`;
    this.list = root.querySelector("[data-ref=rows]");
    this.says = root.querySelector("[data-ref=says]");
    this.note = root.querySelector("[data-ref=kept]");
    this.palette = data.palette;
    this.begin = data.labels;
    this.fill(this.begin);
    this.begun = this.told = this.held = JSON.stringify(this.value());
    this.list.addEventListener("input", () => this.changed());
    this.list.addEventListener("focusout", () => this.changed(0));
    root.querySelector("[data-ref=discard]").addEventListener("click", () => this.discard());
    const kept = this.kept(this.storage);
    if (kept) this.fill(kept);
    this.restored = this.unsaved();
    this.changed(0);
    const earlier = this.earlier();
    if (earlier) this.tell("earlier", earlier);
  }

  kept(storage) {
    try {
      return JSON.parse(localStorage.getItem(storage)).labels;
    } catch (error) {
      return null;
    }
  }

  /* What was typed, and not saved, when the labels were an earlier version: its number follows a tilde. */
  earlier() {
    const [, family, version] = this.scope.match(/^(.*~)(\d+)$/) || [];
    if (!family) return null;
    for (let number = version - 1; number > 0; number -= 1) {
      const kept = this.kept(`${family}${number}:labels`);
      if (kept) return kept;
    }
    return null;
  }

  fill(labels) {
    this.list.replaceChildren();
    labels.forEach((label) => this.add(label));
    this.add({});
  }

  unsaved() { return JSON.stringify(this.value()) !== this.begun; }

  discard() {
    this.fill(this.begin);
    this.changed(0);
    this.field(this.rows()[0], "name").focus();
  }

  rows() { return [...this.list.children]; }

  field(row, name) { return row.querySelector(`[data-field=${name}]`); }

  add(label, before = null) {
    const number = this.rows().length + 1;
    const color = element("input", { type: "color", "data-field": "color", "aria-label": t("Color") });
    color.value = label.color || this.freeColor();
    const name = element("input", { "data-field": "name", maxlength: "200", placeholder: t("Name of a label, then Enter"), "aria-label": t("Name of the label"), "data-testid": `label-name-${number}`, dir: "auto", autocomplete: "off" });
    name.value = label.name || "";
    const key = element("input", { "data-field": "hotkey", maxlength: "1", "aria-label": tc("keyboard", "Key"), placeholder: tc("keyboard", "key"), autocomplete: "off", title: t("Empty: 1 to 9, 0, then letters of the upper row") });
    key.value = label.hotkey || "";
    const about = element("input", { "data-field": "description", maxlength: "2000", placeholder: t("What it means (labelers see it with D)"), "aria-label": t("Description"), dir: "auto" });
    about.value = label.description || "";
    const words = element("input", { "data-field": "keywords", placeholder: "free, prize, you won", "aria-label": t("Keywords, separated by commas"), dir: "auto" });
    words.value = (label.keywords || []).join(", ");
    const parent = element("input", { "data-field": "parent", placeholder: t("a label above this one, if any"), "aria-label": t("Part of"), dir: "auto" });
    parent.value = label.parent || "";
    const more = element("details", { class: "more" }, element("summary", { title: t("Keywords, part of") }, t("More")),
      element("label", {}, t("Keywords"), words), element("label", {}, t("Part of"), parent));
    const button = (text, title, act) => {
      const one = element("button", { type: "button", title, "aria-label": title }, text);
      one.addEventListener("click", act);
      return one;
    };
    const row = element("li", { class: "row", "data-testid": "label-row" }, color, name, key, about,
      element("span", { class: "acts" }, button("↑", t("Move up"), () => this.move(row, -1)), button("↓", t("Move down"), () => this.move(row, 1)), button("✕", t("Remove"), () => this.remove(row))), more);
    more.open = Boolean(words.value || parent.value);
    name.addEventListener("keydown", (event) => this.pressed(event, row));
    name.addEventListener("paste", (event) => this.pasted(event, row));
    this.list.insertBefore(row, before);
    return row;
  }

  /* A color that no other label has. */
  freeColor() {
    const taken = new Set(this.rows().map((row) => this.field(row, "color").value.toLowerCase()));
    return this.palette.find((color) => !taken.has(color.toLowerCase())) || "#888888";
  }

  pressed(event, row) {
    if (event.isComposing || event.keyCode === 229) return;
    const rows = this.rows();
    const at = rows.indexOf(row);
    if (event.key === "Enter") {
      event.preventDefault();
      if (!event.target.value.trim()) return;
      if (at === rows.length - 1) this.add({});
      this.field(this.rows()[at + 1], "name").focus();
      this.changed();
    } else if (event.key === "Backspace" && !event.target.value && at > 0 && at < rows.length - 1) {
      event.preventDefault();
      this.field(rows[at - 1], "name").focus();
      this.remove(row);
    }
  }

  pasted(event, row) {
    const lines = (event.clipboardData?.getData("text") || "").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (lines.length < 2) return;
    event.preventDefault();
    const empty = !event.target.value.trim();
    const after = this.rows()[this.rows().indexOf(row) + 1] || null;
    lines.forEach((line, number) => {
      if (number === 0 && empty) event.target.value = line;
      else this.add({ name: line }, after);
    });
    this.changed();
  }

  move(row, by) {
    const rows = this.rows();
    const to = rows.indexOf(row) + by;
    if (to < 0 || to >= rows.length - 1 || row === rows.at(-1)) return;
    this.list.insertBefore(row, by > 0 ? rows[to].nextSibling : rows[to]);
    this.changed();
  }

  remove(row) {
    if (row === this.rows().at(-1)) return;
    row.remove();
    this.changed(0);
  }

  value() {
    return this.rows().map((row) => {
      const text = (name) => this.field(row, name).value.trim();
      const keywords = text("keywords").split(",").map((word) => word.trim()).filter(Boolean);
      return { name: text("name"), description: text("description"), keywords, hotkey: text("hotkey").toLowerCase() || null, color: text("color"), parent: text("parent") || null };
    }).filter((label) => label.name);
  }

  changed(wait = TELL_AFTER_MS) {
    const rows = this.rows();
    if (this.field(rows.at(-1), "name").value.trim()) this.add({});
    this.keep();
    this.check();
    this.restored &&= this.unsaved();
    this.note.hidden = !this.restored;
    clearTimeout(this.timer);
    if (wait) this.timer = setTimeout(() => this.hand(), wait);
    else this.hand();
  }

  /* With each key: who leaves in the next moment finds what was typed. */
  keep() {
    const labels = this.value();
    const text = JSON.stringify(labels);
    if (text === this.held) return; // what has been saved since is not kept once more
    this.held = text;
    try {
      if (text === this.begun) localStorage.removeItem(this.storage);
      else localStorage.setItem(this.storage, JSON.stringify({ labels, at: Date.now() }));
    } catch (error) { /* full or forbidden: the page has it */ }
  }

  /* Hand the labels to the page, where they changed: before the click that saves them. */
  hand() {
    const labels = this.value();
    const text = JSON.stringify(labels);
    if (text === this.told) return;
    this.told = text;
    this.tell("labels", labels);
  }

  /* Two names or two keys alike, and keys of the card, show where they are. */
  check() {
    const found = [];
    for (const [field, words] of Object.entries(TWICE)) {
      const seen = new Map();
      for (const row of this.rows().slice(0, -1)) {
        const input = this.field(row, field);
        const value = input.value.trim().toLowerCase();
        const own = field === "hotkey" && CARD_KEYS.includes(value);
        const twice = Boolean(value) && seen.has(value);
        if (twice) found.push(t(words, { value: input.value.trim() }));
        if (own) found.push(t("“{key}” is a key of the card: choose another.", { key: value.toUpperCase() }));
        input.toggleAttribute("aria-invalid", twice || own);
        seen.set(value, row);
      }
    }
    const many = this.value().length;
    this.says.textContent = found[0] || (many ? tn("{n} label", "{n} labels", many) : t("Type a name and press Enter; several lines can be pasted."));
    this.says.classList.toggle("wrong", found.length > 0);
  }
}

const editors = new WeakMap();

export default function mount({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lb");
  colors(root);
  if (!editors.has(root)) editors.set(root, new LabelsEditor(root, data, setStateValue));
}
