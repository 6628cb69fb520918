/* The labeling card: what happens at a key press, and how the parts hold together. */
import { Api, Problem, uuid } from "./api.js";
import { Outbox } from "./outbox.js";
import { Queue } from "./queue.js";
import { answerForm, answers, preview } from "./registry.js";
import { View, make } from "./view.js";
import { Chooser, Dialogs } from "./panels.js";
import { gate } from "./gate.js";
import { past } from "./past.js";
import { keyRows, measure, onKey } from "./keys.js";
import { Room } from "./room.js";
import { Sight } from "./sight.js";
import { upkeep } from "./upkeep.js";

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
      taken: (entry, answer) => this.taken(answer),
      undone: (entry, answer) => { if (answer.item) this.queue.relend(answer.item); },
      halted: (problem) => this.halted(problem),
    });
    this.queue = new Queue(this.api, this.outbox);
    this.sight = new Sight(root);
    this.dialogs = new Dialogs(this.view.refs.dialog, () => this.sight.begin());
    this.chooser = new Chooser(this.view.refs.chooser, (kind, answer) => this.chosenReason(kind, answer));
    this.historyKey = `labeler:history:${data.user.id}:${this.project.slug}`;
    this.history = this.readHistory();
    this.undone = [];
    this.shared = false; // with other tabs
    this.heardAt = -Infinity; // when one of them said so
    this.form = answerForm(this.schema, {
      done: (event) => this.submit(event), hint: (words) => this.view.hint(words), early: () => this.early(),
    });
    this.hard = null;
    this.current = null;
    this.extra = 0;
    this.stop = new AbortController();
    this.timers = {};
    this.wire(root);
    this.start();
  }

  wire(root) {
    const { signal } = this.stop;
    this.form.draw(this.view.refs.answers, this.schema);
    this.room = new Room(this.view, this.data.user.id, signal);
    this.room.fit();
    root.querySelectorAll("[data-do]").forEach((node) => {
      node.addEventListener("click", (event) => { this.act(node.dataset.do, event); node.blur(); });
    });
    this.view.refs.answer.addEventListener("click", (event) => {
      if (!event.detail || !this.current || !this.early()) return;
      event.stopPropagation(); // the second half of a double click
      event.target.closest("button")?.blur(); // Enter belongs to the card
    }, { capture: true });
    this.view.refs.pill.addEventListener("click", () => this.pillPressed());
    window.addEventListener("keydown", (event) => onKey(this, event), { signal, capture: true });
    window.addEventListener("online", () => this.outbox.resume(), { signal });
    window.addEventListener("offline", () => this.later("status"), { signal });
    window.addEventListener("storage", (event) => { if ((event.key || "").startsWith("labeler:")) this.later("status"); }, { signal });
    document.addEventListener("visibilitychange", () => this.visibility(), { signal });
    window.addEventListener("pagehide", () => this.leave(), { signal });
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.comeBack(); }, { signal });
    this.tabs = new BroadcastChannel(this.outbox.lock);
    this.tabs.onmessage = (event) => this.otherTab(event.data);
    this.ticker = setInterval(() => this.tick(), 5000);
    this.lookAround();
  }

  async start() {
    if (!answers.has(this.schema.type)) {
      this.view.state("error", "Items of this project can't be labeled here", `No form for the task type "${this.schema.type}" is installed with this page.`);
      return;
    }
    this.view.state("loading", "Getting the next items", "One moment.");
    this.status();
    this.outbox.kick();
    this.outbox.adopt();
    this.progress();
    await this.more();
  }

  /* ---- the way of an answer ---- */

  submit(event) {
    if (!this.current || this.dialogs.open || this.early()) return;
    this.forgetUndone();
    this.answer("label", { value: this.form.value() }, event);
  }

  /* Whether the item has just come up: what arrives now was meant for the one before. */
  early() {
    if (this.sight.enough) return false;
    this.view.hint("This one has just come up: look at it, then answer.");
    return true;
  }

  answer(kind, fields, event) {
    const item = this.current;
    const body = {
      item_key: item.key, ...fields, idempotency_key: uuid(), lease_token: item.lease && item.lease.token,
      guideline_version: this.queue.version ?? undefined,
    };
    if (kind === "label") {
      body.schema_version = this.project.schema_version ?? undefined;
      body.elapsed_ms = Math.round(performance.now() - this.shownAt - this.hidden);
      if (this.hard) body.hard = this.hard;
    }
    const about = { key: item.key, content: item.content };
    this.outbox.put(kind, body, about);
    this.history.push({ id: body.idempotency_key, kind, item, fields, hard: this.hard });
    this.queue.drop(item.key);
    if (kind === "label") this.extra += 1;
    this.next();
    measure(event);
    this.later("wroteHistory");
    this.tabs.postMessage({ answered: item.key });
  }

  /* Show the head of the queue. Nothing here waits for the network. */
  next() {
    this.form.clear();
    this.hard = null;
    [this.current] = this.queue.items;
    if (!this.current) {
      this.more();
      return;
    }
    this.shownAt = performance.now();
    this.hidden = 0;
    this.view.item(this.current);
    this.sight.begin();
    this.form.item?.(this.current.content, this.view.refs.text);
    this.suggest();
    this.later("afterPaint");
  }

  suggest() {
    const { suggestion } = this.current;
    if (!suggestion) {
      this.view.hint("");
      return;
    }
    const { value, proba } = suggestion;
    const share = typeof proba === "object" && proba ? proba[value] : proba;
    const sure = typeof share === "number" ? ` (${Math.round(100 * share)}%)` : "";
    this.view.hint(`Suggested by model ${suggestion.model}: ${this.form.text(value)}${sure}`);
  }

  afterPaint() {
    if (!this.current) return;
    this.view.say(preview(this.current.content).slice(0, 400));
    if (this.lastProgress) this.view.numbers(this.lastProgress, this.extra);
  }

  taken(answer) {
    if (answer.items) this.queue.add(answer.items);
    if (answer.remaining !== undefined) this.queue.remaining = answer.remaining;
    if (answer.acknowledge) this.gate();
    else if (!this.current) this.more();
  }

  /* Nothing left in the browser: ask, once everything answered has been sent. */
  async more() {
    if (this.current || this.outbox.halted) return;
    if (this.queue.items.length) { this.next(); return; }
    const waiting = this.outbox.waiting().length;
    if (waiting) {
      this.view.state("waiting", "Sending your answers", "The next items come as soon as they are saved.");
      return;
    }
    if (this.view.root.dataset.state !== "empty") this.view.state("loading", "Getting the next items", "One moment.");
    try {
      await this.queue.ask();
      if (this.queue.items.length) this.next();
      else this.empty();
    } catch (problem) {
      if (problem instanceof Problem) this.trouble(problem);
      else throw problem;
    }
  }

  trouble(problem) {
    if (problem.status === 401 || problem.needsAcknowledgement) {
      this.outbox.halted = problem;
      this.halted(problem);
      return;
    }
    const again = make("button", { type: "button", class: "main", onclick: () => this.more() }, "Try again");
    if (problem.passing) {
      this.view.state("offline", problem.status ? "The service is busy" : "No connection", "Your answers are safe in this browser. Labeling continues by itself when the service answers again.", again);
    } else this.view.state("error", "The items can't be shown", problem.message, again);
  }

  empty() {
    if (this.lastProgress && this.lastProgress.items.total === 0) {
      this.view.state("empty", "No items yet", "Nobody has imported any. They appear here by themselves once imported.");
      return;
    }
    const look = make("button", { type: "button", onclick: () => this.more() }, "Check again");
    const [title, sentence] = this.whyEmpty();
    if (this.view.root.dataset.state !== "empty") this.progress(); // then the numbers are those of now
    this.view.state("empty", title, sentence, look);
    this.view.say(title);
  }

  whyEmpty() {
    const { total, unlabeled } = this.lastProgress ? this.lastProgress.items : { total: 0, unlabeled: 0 };
    const left = Math.max(this.queue.remaining || 0, unlabeled - this.extra);
    if (left <= 0) return ["Everything is labeled", "Thank you. New items appear here by themselves as soon as they are imported, or come back for another look."];
    const of = total ? ` of ${total.toLocaleString("en")} items` : "";
    const words = left === 1 ? "is not labeled yet: another labeler has it, or it is" : "are not labeled yet: other labelers have them, or they are";
    return ["Nothing for you right now", `${left.toLocaleString("en")}${of} ${words} set aside as hard, or skipped. This page checks again by itself.`];
  }

  /* ---- skipping, flagging ---- */

  act(name, event) {
    if (name === "help") this.dialogs.help(keyRows(this));
    else if (name === "guideline") this.showGuideline(false);
    else if (name === "undo") this.undo();
    else if (name === "redo") this.redo(event);
    else if (!this.current) return;
    else if (this.chooser.open && this.chooser.kind === name) this.chooser.close();
    else this.chooser.show(name, (name === "skip" ? this.project.settings.skip_reasons : this.project.settings.flag_reasons) || []);
    this.lastEvent = event;
  }

  chosenReason(kind, answer) {
    this.view.refs.item.focus({ preventScroll: true });
    if (!kind || !this.current || this.early()) return;
    const { keep, ...fields } = answer;
    if (kind === "flag" && keep) {
      this.hard = fields;
      this.view.hint(`Marked as hard (${fields.reason}). ${this.form.ask}`);
      return;
    }
    this.forgetUndone();
    this.answer(kind, fields, null);
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

Object.assign(Card.prototype, gate, past, upkeep);
