/* The labeling card: what happens at a key press, and how the parts hold together. */
import { Api, uuid } from "./api.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { answerForm, answers, preview } from "./registry.js";
import { View } from "./view.js";
import { Chooser, Dialogs } from "./panels.js";
import { gate } from "./gate.js";
import { help } from "./help.js";
import { highlight, keywordPattern } from "./highlight.js";
import { idle } from "./idle.js";
import { Lesson, progressWords } from "./lesson.js";
import { look } from "./look.js";
import { past } from "./past.js";
import { measure, onKey } from "./keys.js";
import { OwnKeys } from "./ownkeys.js";
import { Room } from "./room.js";
import { Side } from "./side.js";
import { Sight } from "./sight.js";
import { store } from "./store.js";
import { upkeep } from "./upkeep.js";
import { percent, said, t } from "../words.js";

const PACE_OF = 30; // of one's last answers
const HINT_MS = 4000; // then it is true no more

export class Card {
  constructor(root, data) {
    this.data = data;
    this.project = data.project;
    this.schema = data.project.schema;
    this.api = new Api(data.api, this.project.slug, data.csrf);
    this.view = new View(root);
    this.outbox = new Outbox(this.api, this.project.slug, data.user.id, {
      changed: () => this.later("status"),
      wish: () => this.queue.wish(),
      taken: (entry, answer) => this.taken(entry, answer),
      undone: (entry, answer) => { if (answer.item) this.queue.relend(answer.item); },
      halted: (problem) => this.halted(problem),
      refused: (entry) => this.lesson.nothing(entry),
    });
    this.queue = new Queue(this.api, this.outbox, this.project.unlabeled);
    this.sight = new Sight(root);
    this.dialogs = new Dialogs(this.view.refs.dialog, () => this.sight.begin());
    this.chooser = new Chooser(this.view.refs.chooser, (kind, answer) => this.chosenReason(kind, answer));
    this.lesson = new Lesson(this);
    this.historyKey = `labeler:history:${data.user.id}:${this.project.slug}`;
    this.history = this.readHistory();
    this.undone = [];
    this.shared = false; // with other tabs
    this.heardAt = -Infinity; // when one of them said so
    const owner = `${data.user.id}:${this.project.slug}`;
    this.ownKeys = new OwnKeys(owner);
    this.form = answerForm(this.schema, {
      done: (event) => this.submit(event), hint: (words) => this.view.hint(words), early: () => this.early(), owner, ownKeys: this.ownKeys,
    });
    this.hard = null;
    this.current = null;
    this.past = null; // the answer of one's own that is looked at again, in place of what is asked
    this.side = new Side(this);
    this.extra = 0;
    this.stop = new AbortController();
    this.timers = {};
    this.wire(root);
    this.start();
  }

  wire(root) {
    const { signal } = this.stop;
    this.form.draw(this.view.refs.answers, this.schema);
    this.keywords = keywordPattern(this.schema.labels);
    this.drawKeys();
    this.drawDescriptions();
    this.room = new Room(this.view, this.data.user.id, signal);
    this.room.fit();
    root.querySelectorAll("[data-do]").forEach((node) => {
      node.addEventListener("click", (event) => { this.act(node.dataset.do, event); node.blur(); });
    });
    this.view.refs.answer.addEventListener("click", (event) => {
      const isPanel = event.target.closest("[data-do]:not([data-do=redo])"); // a tool: it answers nothing
      if (this.lesson.open ? this.lesson.node.contains(event.target) : !event.detail || !this.current || isPanel || !this.early()) return;
      event.stopPropagation(); // the second half of a double click
      event.target.closest("button")?.blur(); // Enter belongs to the card
    }, { capture: true });
    this.view.refs.pill.addEventListener("click", () => this.pillPressed());
    window.addEventListener("keydown", (event) => onKey(this, event), { signal, capture: true });
    window.addEventListener("online", () => this.outbox.resume(), { signal });
    window.addEventListener("offline", () => this.later("status"), { signal });
    window.addEventListener("storage", (event) => { if ((event.key || "").startsWith("labeler:")) this.later("status"); }, { signal });
    document.addEventListener("visibilitychange", () => this.visibility(), { signal });
    window.addEventListener("beforeunload", (event) => { if (store.limited && this.outbox.waiting().length) event.preventDefault(); }, { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.comeBack(); }, { signal });
    this.tabs = new BroadcastChannel(this.outbox.lock);
    this.tabs.onmessage = (event) => this.otherTab(event.data);
    this.ticker = setInterval(() => this.tick(), 5000);
    this.lookAround();
  }

  async start() {
    if (!answers.has(this.schema.type)) {
      this.view.state("error", t("Items of this project can't be labeled here"), t('No form for the task type "{type}" is installed with this page.', { type: this.schema.type }));
      return;
    }
    this.view.state("loading", t("Getting the next items"), t("One moment."));
    this.status();
    this.outbox.kick();
    this.outbox.adopt();
    this.progress();
    await this.more();
    this.side.load();
    this.fetchGuideline();
  }

  /* ---- the way of an answer ---- */

  submit(event) {
    if (!this.current || this.dialogs.open || this.lesson.open || this.early()) return;
    this.forgetUndone();
    this.answer("label", { value: this.form.value() }, event);
  }

  /* Answers that finish an item, of those that the numbers do not know yet: where several people label one, or it was
   * labeled before, one can't tell. */
  get finished() { return this.project.settings.overlap > 1 || this.current?.campaign ? 0 : this.extra; }

  /* Whether the item has just come up: what arrives now was meant for the one before. */
  early() {
    if (this.sight.enough) return false;
    const { current } = this;
    const words = t("This one has just come up: look at it, then answer.");
    this.view.hint(words);
    setTimeout(() => { if (current && current === this.current && this.view.refs.hint.textContent === words) this.suggest(); }, HINT_MS);
    return true;
  }

  answer(kind, fields, event) {
    const { current: item, past: before } = this;
    const body = {
      item_key: item.key, ...fields, idempotency_key: uuid(), lease_token: item.lease && item.lease.token,
      guideline_version: this.queue.version ?? undefined,
    };
    if (kind === "label") {
      body.schema_version = this.project.schema_version ?? undefined;
      body.elapsed_ms = Math.round(performance.now() - this.shownAt - this.hidden);
      this.took = [...(this.took || []).slice(1 - PACE_OF), body.elapsed_ms];
      if (this.hard) body.hard = this.hard;
    }
    const about = { key: item.key, content: item.content };
    const entry = this.outbox.put(kind, body, about);
    if (kind === "label" && item.training) { // it stays as it is: what is right is told
      this.queue.drop(item.key, item.lease?.token);
      this.current = null;
      this.lesson.check(entry);
      return;
    }
    this.history.push({ id: body.idempotency_key, kind, item, fields, hard: this.hard, replaced: this.replaced() });
    this.answered = { kind, key: item.key, content: item.content, metadata: item.metadata, at: Date.now(), ...this.hard, ...fields };
    const again = kind === "label" ? item.lease?.token : null; // what is set aside does not come back at once
    this.queue.drop(item.key, again);
    if (kind === "label" && before?.kind !== "label") this.extra += 1;
    this.next();
    measure(event);
    this.later("wroteHistory");
    this.later("listAnswer");
    this.tabs.postMessage({ answered: item.key, token: again });
  }

  /* Show the head of the queue. Nothing here waits for the network. */
  next() {
    this.leavePast();
    [this.current] = this.queue.items;
    if (!this.current) {
      this.form.clear();
      this.more();
      return;
    }
    this.showCurrent();
    this.suggest();
    this.later("afterPaint");
  }

  showCurrent() {
    this.form.clear();
    this.hard = null;
    this.shownAt = performance.now();
    this.hidden = 0;
    this.view.item(this.current);
    this.sight.begin();
    this.form.item?.(this.current.content, this.view.refs.text);
    this.side.uncompare();
  }

  listAnswer() { this.side.add(this.answered); }

  listAgain() { this.side.draw(); }

  suggest() {
    const { suggestion, campaign, note, training } = this.current;
    if (training) { this.view.hint(this.queue.training ? progressWords(this.queue.training) : ""); return; }
    if (campaign) {
      const again = this.queue.version ? t("Labeled before: please answer once more, by guideline version {version}.", { version: this.queue.version }) : t("Labeled before: please answer once more.");
      const before = suggestion ? ` ${t("Answered before: {answer}", { answer: this.form.text(suggestion.value) })}` : "";
      const asked = note ? ` ${t("You are asked: {note}", { note })}` : "";
      this.view.hint(again + before + asked);
      this.later("listAgain");
      return;
    }
    if (!suggestion) {
      this.view.hint("");
      return;
    }
    const { value, proba } = suggestion;
    const share = typeof proba === "object" && proba ? proba[value] : proba;
    const sure = typeof share === "number" ? ` (${percent(share)})` : "";
    this.view.hint(t("Suggested by model {model}: {answer}", { model: suggestion.model, answer: this.form.text(value) }) + sure);
  }

  afterPaint() {
    if (!this.current) return;
    highlight(this.view.refs.text, this.keywords);
    this.view.say(preview(this.current.content).slice(0, 400));
    if (this.lastProgress) this.showNumbers();
  }

  taken(entry, answer) {
    this.queue.training = answer.training ?? this.queue.training;
    if (answer.items) {
      this.queue.add(answer.items);
      this.queue.limit = answer.limit ?? null;
    }
    if (answer.stopped) this.queue.items = [];
    if (answer.remaining !== undefined) this.queue.remaining = answer.remaining;
    if (answer.acknowledge) this.gate();
    if (answer.feedback) this.lesson.tell(entry, answer);
    else if (this.lesson.checking === entry.id) this.lesson.nothing(entry);
    else if (answer.stopped) this.stopped(said(answer.stopped));
    else if (!this.current && !answer.acknowledge) this.more();
  }

  /* What was right was read. */
  learned(stopped) {
    if (stopped) this.stopped(said(stopped));
    else if (this.current) { this.shownAt = performance.now(); this.sight.begin(); } else this.next();
  }

  /* ---- skipping, flagging ---- */

  act(name, event) {
    if (name === "help") this.showKeys();
    else if (name === "guideline") this.showGuideline(false);
    else if (name === "undo") this.undo();
    else if (name === "redo") this.redo(event);
    else if (name === "own") this.side.open();
    else if (name === "back") this.goOnLabeling();
    else if (!this.current) return;
    else if (name === "like") this.side.compare();
    else if (name === "describe") this.describe();
    else if (name === "find_field") this.view.refs.text.querySelector(".find-field")?.focus();
    else if (this.past && name === "skip") this.view.hint(t("What you answered can't be skipped. Answer it again, or press Esc to go on."));
    else if (this.chooser.open && this.chooser.kind === name) this.chooser.close();
    else this.chooser.show(name, (name === "skip" ? this.project.settings.skip_reasons : this.project.settings.flag_reasons) || [], this.current.key);
    this.lastEvent = event;
  }

  chosenReason(kind, answer) {
    this.view.refs.item.focus({ preventScroll: true });
    if (!kind || !this.current || this.early()) return;
    const { keep, ...fields } = answer;
    if (kind === "flag" && keep) {
      this.hard = fields;
      this.view.hint(`${t("Marked as hard ({reason}).", { reason: fields.reason })} ${this.form.ask}`);
      return;
    }
    this.forgetUndone();
    if (this.past?.kind === "label") { // hard after all: its label stays
      this.hard = fields;
      this.answer("label", { value: this.past.value }, null);
    } else this.answer(kind, fields, null);
  }

  /* Work that may wait until the next item is on the screen. */
  later(name) {
    if (this.timers[name]) return;
    this.timers[name] = setTimeout(() => { this.timers[name] = 0; if (!this.stop.signal.aborted) this[name](); }, 30);
  }

  close() {
    this.leave();
    this.stop.abort();
    clearInterval(this.ticker);
    this.outbox.close();
    this.tabs.close();
    this.dialogs.close();
  }
}

Object.assign(Card.prototype, gate, help, idle, look, past, upkeep);
