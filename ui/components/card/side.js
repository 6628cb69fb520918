/* One's own work beside the card: flags that were decided, the last answers, and items like this one, when asked for.
 * Where there is no room beside the card, the same opens as a dialog. */
import { preview } from "./registry.js";
import { make } from "./view.js";
import { t, tn } from "../words.js";

const KEPT = 50;
const SHOWN = 300; // characters of an item
const ASK_FLAGS_MS = 60_000;

export class Side {
  constructor(card) {
    this.card = card;
    const { side, decided, last, like, own } = card.view.refs;
    Object.assign(this, { node: side, decided, last, like, button: own });
    this.place = side.parentElement;
    this.answers = []; // newest first
    this.flags = [];
    this.flagsAt = -Infinity;
    this.colors = new Map((card.schema.labels || []).map((label) => [label.name, label.color]));
  }

  /* Whether it has its place beside the card. */
  get beside() { return getComputedStyle(this.place).display !== "none"; }

  async load() {
    this.draw();
    try {
      const page = await this.card.api.call("GET", `/own/answers?limit=${KEPT}`);
      const here = new Set(this.answers.map((one) => one.key));
      const before = page.items.map((one) => ({ ...one, key: one.item_key, at: Date.parse(one.created_at) }));
      this.answers = [...this.answers, ...before.filter((one) => !here.has(one.key))].slice(0, KEPT);
      this.draw();
    } catch (problem) { /* the list begins with the next answer */ }
    await this.askFlags();
  }

  async askFlags() {
    if (performance.now() - this.flagsAt < ASK_FLAGS_MS) return;
    this.flagsAt = performance.now();
    try {
      this.flags = (await this.card.api.call("GET", "/own/flags")).items;
      this.drawFlags();
    } catch (problem) { /* asked again in a minute */ }
  }

  /* What was just answered comes first; an item stands here once. */
  add(answer) {
    this.answers = [answer, ...this.answers.filter((one) => one.key !== answer.key)].slice(0, KEPT);
    this.draw();
  }

  remove(key) {
    this.answers = this.answers.filter((one) => one.key !== key);
    this.draw();
  }

  /* What is asked again is not in the list meanwhile: the old answer would be read off it. */
  draw() {
    const again = new Set(this.card.queue.items.filter((item) => item.campaign && !item.suggestion).map((item) => item.key));
    const rows = this.answers.filter((one) => !again.has(one.key)).map((one) => this.row(one));
    const none = make("p", { class: "none" }, t("What you answer is listed here. Choose one to look at it again, or to correct it."));
    this.last.querySelector("ul").replaceChildren(...rows);
    this.last.querySelector(".none")?.remove();
    if (!rows.length) this.last.append(none);
  }

  row(answer) {
    const words = this.words(answer);
    const dot = make("i", { class: "dot", "aria-hidden": "true" });
    dot.style.background = this.colorOf(answer) || "var(--lb-muted)";
    const button = make("button", {
      type: "button", class: "quietly own", "data-testid": "own-answer",
      onclick: () => this.card.look(answer),
    }, dot, make("span", { class: "what", dir: "auto" }, preview(answer.content).slice(0, SHOWN)),
    make("span", { class: "said", dir: "auto" }, words));
    if (this.card.past === answer) button.setAttribute("aria-current", "true");
    return make("li", {}, button);
  }

  /* An answer in words, as short as it goes. */
  words(answer) {
    const hard = answer.kind === "flag" || (answer.kind === "label" && answer.reason);
    if (answer.kind === "label") return this.card.form.text(answer.value) + (hard ? ` · ${t("hard")}` : "");
    return hard ? "hard" : "skipped";
  }

  colorOf(answer) {
    const first = Array.isArray(answer.value) ? answer.value[0] : answer.value;
    return answer.kind === "label" ? this.colors.get(first) : null;
  }

  /* ---- hard flags that somebody decided ---- */

  drawFlags() {
    const many = this.flags.length;
    this.decided.hidden = many === 0;
    this.button.dataset.news = many || "";
    const title = tn("Your question was answered", "{n} of your questions were answered", many);
    this.decided.replaceChildren(make("h2", {}, title), ...this.flags.map((flag) => this.flag(flag)));
    if (many) this.card.view.say(title);
  }

  flag(flag) {
    const asked = flag.note ? `${flag.reason}: “${flag.note}”` : flag.reason;
    const value = flag.value === null || flag.value === undefined ? null : make("b", { dir: "auto" }, this.card.form.text(flag.value));
    const past = { kind: "flag", key: flag.item_key, content: flag.content, metadata: {}, reason: flag.reason, note: flag.note };
    return make("div", { class: "decision", "data-testid": "decided-flag" },
      make("p", { class: "what", dir: "auto" }, preview(flag.content).slice(0, SHOWN)),
      make("p", { class: "asked", dir: "auto" }, asked),
      make("p", { class: "answered", dir: "auto" }, value, value && flag.resolution.note ? ". " : "", flag.resolution.note || "", ` — ${flag.resolution.by}`),
      make("div", { class: "actions" },
        make("button", { type: "button", "data-testid": "flag-read", onclick: () => this.read(flag) }, t("Got it")),
        make("button", { type: "button", class: "quietly", onclick: () => this.card.look(past) }, t("Look at it"))));
  }

  async read(flag) {
    try {
      await this.card.api.call("POST", `/own/flags/${flag.id}/read`);
    } catch (problem) {
      this.card.view.hint(problem.message);
      return;
    }
    this.flags = this.flags.filter((one) => one.id !== flag.id);
    this.drawFlags();
  }

  /* ---- items like this one ---- */

  async compare() {
    const { current } = this.card;
    const list = make("div", { class: "found", role: "status" }, t("Looking …"));
    this.like.replaceChildren(make("h2", {}, t("Like this one")), list);
    this.like.hidden = false;
    this.open(this.like);
    let rows;
    try {
      const found = (await this.card.api.call("GET", `/own/comparable?key=${encodeURIComponent(current.key)}`)).items;
      rows = found.map((one) => make("p", { class: "alike", "data-testid": "comparable" },
        make("b", { dir: "auto" }, this.card.form.text(one.value)), " ", make("span", { dir: "auto" }, preview(one.content).slice(0, SHOWN))));
      if (!rows.length) rows = [make("p", { class: "none" }, t("Nothing like this one is labeled yet."))];
    } catch (problem) {
      rows = [make("p", { class: "none" }, problem.message)];
    }
    if (this.card.current === current) list.replaceChildren(...rows);
  }

  /* Whether it was open. */
  uncompare() {
    if (this.like.hidden) return false;
    this.like.hidden = true;
    this.like.replaceChildren();
    return true;
  }

  /* To the list, by key; as a dialog where there is no room for it. box: what was asked for; else the list. */
  open(box = null) {
    if (this.beside) {
      if (!box) (this.last.querySelector("button") || this.last).focus();
      return;
    }
    this.card.dialogs.show("own", t("Your work"), [this.node], []);
    (box || this.node.querySelector("button") || this.last).focus();
    if (box) box.scrollIntoView({ block: "start" });
    this.card.dialogs.node.addEventListener("close", () => this.place.append(this.node), { once: true });
  }
}
