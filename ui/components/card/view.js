/* Drawing. Every text from data goes in as text, never as markup; the one exception is the guideline's HTML. */
import { pieces } from "./pieces.js";
import { contentOf } from "./registry.js";
import { counted, t } from "../words.js";

/* Whether there is a keyboard, as far as a browser tells. */
export function hasKeys() { return !matchMedia("(hover: none)").matches; }

export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/* A node with HTML that the service rendered from Markdown, raw HTML switched off. */
export function rendered(tag, attributes, html) {
  const node = make(tag, attributes);
  node.innerHTML = html;
  return node;
}

export function valueText(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (value === true) return t("yes");
  if (value === false) return t("no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/* A name and its value, each in its own direction. */
export function pair(name, value) {
  return make("div", { class: "pair" }, make("dt", { dir: "auto" }, name), make("dd", { dir: "auto" }, ...pieces(valueText(value))));
}

export class View {
  constructor(root) {
    this.root = root;
    this.refs = {};
    root.querySelectorAll("[data-ref]").forEach((node) => { this.refs[node.dataset.ref] = node; });
  }

  /* The path from key press to paint: a few text nodes, nothing else. */
  item(item) {
    const { text, meta, state, item: article } = this.refs;
    contentOf(item.content).draw(text, item.content);
    text.scrollTop = 0;
    const pairs = Object.entries(item.metadata || {});
    meta.hidden = pairs.length === 0;
    meta.replaceChildren(...pairs.map(([name, value]) => pair(name, value)));
    article.hidden = false;
    state.hidden = true;
    this.show("item");
  }

  show(state) {
    if (this.root.dataset.state !== state) this.root.dataset.state = state;
  }

  /* Loading, empty, offline, error: a title, a sentence, at most two ways on. */
  state(name, title, sentence, ...actions) {
    const { state, item } = this.refs;
    this.show(name);
    item.hidden = true;
    state.hidden = false;
    const row = actions.length ? make("div", { class: "actions" }, ...actions) : null;
    const parts = [make("h2", {}, title), make("p", {}, sentence), row].filter(Boolean);
    state.replaceChildren(...parts);
  }

  hint(words) { this.refs.hint.textContent = words || "\u00a0"; }

  banner(...parts) {
    this.refs.banner.hidden = parts.length === 0;
    this.refs.banner.replaceChildren(...parts);
  }

  pill(kind, words) {
    const { pill } = this.refs;
    if (pill.dataset.kind !== kind) pill.dataset.kind = kind;
    if (pill.textContent !== words) pill.textContent = words;
  }

  say(words) {
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => { this.refs.live.textContent = words; }, 60);
  }

  /* extra: own answers that the numbers do not know yet; finished: of these, those that finish an item; seconds: what one
   * answer of this labeler takes, 0: not known yet; each: labels that an item asks for. Where it is several, the bar
   * counts labels, those of items that are not finished, too. */
  numbers(progress, extra, finished, seconds, each) {
    const { items, labels } = progress;
    const labeled = Math.min(items.total, items.labeled + finished);
    const wanted = items.total * each;
    const done = each > 1 ? Math.min(wanted, Math.max(labeled * each, labels.total + extra)) : labeled;
    this.refs.track.setAttribute("aria-valuemax", wanted);
    this.refs.track.setAttribute("aria-valuenow", done);
    this.refs.fill.style.transform = `scaleX(${wanted ? done / wanted : 0})`;
    const far = { labeled: counted(labeled), total: counted(items.total), each: counted(each) };
    const parts = [each > 1 ? t("{labeled} of {total} with all {each} labels", far) : t("{labeled} of {total} labeled", far)];
    const mine = { count: counted(labels.mine_today + extra), seconds: counted(seconds < 10 ? Number(seconds.toFixed(1)) : Math.round(seconds)) };
    parts.push(seconds ? t("you: {count} today, {seconds} s each", mine) : t("you: {count} today", mine));
    const words = parts.join("  ·  ");
    if (this.refs.numbers.textContent !== words) this.refs.numbers.textContent = words;
  }
}
