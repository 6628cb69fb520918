/* A number on a scale. Where one digit names each value, a digit is the answer; else digits add up and Enter sends. */
import { keyOf, onButton } from "../keys.js";
import { answers } from "../registry.js";
import { make } from "../view.js";
import { t } from "../../words.js";

const MOST_BUTTONS = 21; // longer scales are a slider

function decimals(number) { return (String(number).split(".")[1] || "").length; }

function valuesOf({ min, max, step }) {
  const places = Math.max(decimals(step), decimals(min));
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  return Array.from({ length: count }, (_, index) => Number((min + index * step).toFixed(places)));
}

/* A digit for each value, 0 for ten; null when one digit is not enough. */
function digitsOf(values) {
  if (values.length > 10) return null;
  const keys = new Map(values.map((value) => [value === 10 && !values.includes(0) ? "0" : String(value), value]));
  return [...keys.keys()].every((key) => /^[0-9]$/.test(key)) ? keys : null;
}

answers.set("rating", class {
  ask = t("Now choose a number.");

  constructor(host) {
    this.host = host;
    this.chosen = null;
    this.typed = "";
    this.refused = false; // Enter was pressed with no number of the scale
    this.buttons = new Map();
  }

  draw(container, schema) {
    this.scale = { step: 1, ...schema.scale };
    this.names = this.scale.names || {};
    this.values = valuesOf(this.scale);
    this.digits = digitsOf(this.values);
    this.atOnce = this.digits !== null;
    const { min, max } = this.scale;
    const label = t("Rating from {min} to {max}", { min, max });
    const row = this.values.length > MOST_BUTTONS ? this.slider(label) : this.row(label);
    container.replaceChildren(row);
    if (this.atOnce) return;
    this.status = make("span", { class: "count", role: "status", "data-testid": "chosen-count" });
    const send = make("button", { type: "button", class: "main", "data-testid": "send" }, t("Send"), make("kbd", {}, "Enter"));
    send.addEventListener("click", (event) => {
      if (event.detail) send.blur();
      this.finish(event);
    });
    container.append(make("div", { class: "send" }, this.status, send));
    this.shown();
  }

  row(label) {
    for (const value of this.values) {
      const name = this.names[value];
      const key = this.digits && [...this.digits].find(([, one]) => one === value)[0];
      const button = make("button", {
        type: "button", class: "level", "data-testid": `rate-${value}`, "aria-pressed": "false", "aria-keyshortcuts": key,
      }, make("b", {}, String(value)), name ? make("small", { dir: "auto" }, name) : null,
      key && key !== String(value) ? make("kbd", {}, key) : null);
      button.addEventListener("click", (event) => {
        if (event.detail) button.blur();
        this.chosen = value;
        this.host.done(event);
      });
      this.buttons.set(value, button);
    }
    const row = make("div", { class: "scale", role: "group", "aria-label": label, "data-testid": "scale" }, ...this.buttons.values());
    const levels = this.values.length;
    row.style.setProperty("--levels", levels);
    row.style.setProperty("--levels-narrow", levels > 5 ? Math.ceil(levels / 2) : levels);
    row.dataset.long = levels > 11;
    return row;
  }

  slider(label) {
    const { min, max, step } = this.scale;
    this.range = make("input", { type: "range", min, max, step, "aria-label": label, "data-testid": "slider", class: "unset" });
    this.range.addEventListener("input", () => { this.typed = ""; this.chosen = Number(this.range.value); this.shown(); });
    this.range.addEventListener("pointerup", () => this.range.blur());
    const ends = [min, max].map((value) => make("span", {}, this.text(value)));
    return make("div", { class: "slider", "data-testid": "scale" }, this.range, make("div", { class: "ends" }, ...ends));
  }

  shown() {
    for (const [value, button] of this.buttons) button.setAttribute("aria-pressed", String(value === this.chosen));
    if (this.range) {
      this.range.classList.toggle("unset", this.chosen === null);
      this.range.value = this.chosen ?? (this.scale.min + this.scale.max) / 2;
    }
    if (!this.status) return;
    if (this.chosen !== null) this.status.textContent = t("{answer} chosen", { answer: this.text(this.chosen) });
    else this.status.textContent = this.typed ? `${this.typed} …` : t("nothing chosen");
  }

  finish(event) {
    const { min, max, step } = this.scale;
    this.refused = this.chosen === null;
    if (this.chosen !== null) this.host.done(event);
    else if (this.typed) this.host.hint(t("{typed} is not on the scale: {min} to {max} in steps of {step}.", { typed: this.typed, min, max, step }));
    else this.host.hint(t("Choose a number first: type it, or use the arrow keys."));
  }

  key(event, typing) {
    if (typing && event.composedPath()[0] !== this.range) return false;
    if (!this.atOnce) return this.typedKey(event);
    const value = this.digits.get(keyOf(event));
    if (value === undefined) return false;
    if (!event.repeat) {
      this.chosen = value;
      this.host.done(event);
    }
    return true;
  }

  typedKey(event) {
    const key = event.key === "-" && this.scale.min < 0 ? "-" : keyOf(event);
    if (key === "arrowleft" || key === "arrowright") this.move(key === "arrowright" ? 1 : -1);
    else if (/^[0-9.,]$/.test(key) || (key === "-" && this.scale.min < 0)) this.type(this.typed + key.replace(",", "."));
    else if (key === "backspace" && this.typed) this.type(this.typed.slice(0, -1));
    else if ((key === "escape" || key === "backspace") && this.chosen !== null) this.clear();
    else if (key === "enter" && !onButton(event)) {
      if (!event.repeat) this.finish(event);
    } else return false;
    return true;
  }

  type(text) {
    this.typed = text;
    const number = Number(text);
    this.chosen = text !== "" && this.values.includes(number) ? number : null;
    if (this.refused) this.host.hint("");
    this.refused = false;
    this.shown();
  }

  move(by) {
    const at = this.values.indexOf(this.chosen);
    const next = at < 0 ? Math.floor((this.values.length - 1) / 2) : Math.min(this.values.length - 1, Math.max(0, at + by));
    this.typed = "";
    this.set(this.values[next]);
  }

  value() { return this.chosen; }

  set(value) {
    this.chosen = value;
    this.shown();
  }

  clear() {
    const had = this.chosen !== null;
    this.typed = "";
    this.chosen = null;
    if (had || !this.atOnce) this.shown();
  }

  text(value) { return this.names[value] ? `${value} (${this.names[value]})` : String(value); }

  helpRows() {
    if (this.atOnce) return [...this.digits].map(([key, value]) => [key, this.text(value)]);
    return [["0–9", t("Type the number")], ["← →", t("Move on the scale")], ["Enter", t("Send")], ["Esc", t("Clear what is chosen")]];
  }
});
