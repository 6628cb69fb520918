/*
 * Answers that wait to be sent. Each is one entry of localStorage of its own, so that two tabs never overwrite
 * each other's, and belongs to the tab that wrote it: only that tab sends it, in the order in which the answers
 * were given. (A lock around one shared box is not enough: a browser may show one tab what another has removed
 * a moment ago.) A tab holds a Web Lock while it lives; what a tab without one left behind, the next tab takes
 * over. The idempotency key makes a second sending harmless even so. An answer leaves the box only when the
 * service has taken it, or moves to the refused list, where the labeler sees it.
 */
import { Problem, uuid } from "./api.js";
import { store } from "./store.js";

export const ENDPOINT = { label: "/labels", skip: "/skips", flag: "/flags" };
const AFTER_PAINT_MS = 25; // the next item is drawn first
const DONE_KEPT = 400;
const DONE_KEPT_MS = 2 * 24 * 3600 * 1000;

export class Outbox {
  constructor(api, slug, userId, events) {
    this.api = api;
    this.events = events; // {changed(), taken(entry, answer), undone(entry, answer), refused(entry), halted(problem)}
    const owner = `${userId}:${slug}`;
    this.out = `labeler:out:${owner}:`;
    this.no = `labeler:refused:${owner}:`;
    this.doneKey = `labeler:done:${owner}:`;
    this.lock = `labeler-outbox:${owner}`;
    this.tab = uuid().slice(0, 8);
    this.alive = navigator.locks ? this.live() : Promise.resolve();
    this.counter = 0;
    this.running = false;
    this.halted = null; // a Problem that needs the labeler: session ended, guideline not acknowledged
    this.offline = false;
    this.tries = 0;
    this.timer = 0;
    this.sending = null;
    store.free = () => this.forgetDone(20);
  }

  static entries(prefix) {
    const found = [];
    for (const key of store.keys()) {
      if (key.startsWith(prefix)) {
        try {
          found.push({ ...JSON.parse(store.getItem(key)), storage: key });
        } catch (error) { /* not ours, or removed meanwhile */ }
      }
    }
    return found.sort((a, b) => (a.storage < b.storage ? -1 : 1));
  }

  /* What this tab has to send. */
  waiting() { return this.everywhere().filter((entry) => entry.tab === this.tab); }

  /* What any tab of this labeler has to send. */
  everywhere() { return Outbox.entries(this.out); }

  refused() { return Outbox.entries(this.no); }

  done(id) {
    try {
      return JSON.parse(store.getItem(this.doneKey + id));
    } catch (error) {
      return null;
    }
  }

  /* Hold a lock for as long as this tab lives, so that others can tell. */
  live() {
    return new Promise((held) => {
      const forever = () => { held(); return new Promise((release) => { this.release = release; }); };
      navigator.locks.request(`labeler-tab:${this.tab}`, forever).catch(held);
    });
  }

  /* The other tabs of this browser that label, as far as the browser tells. */
  async others() {
    const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
    return held.filter((name) => name.startsWith("labeler-tab:") && name !== `labeler-tab:${this.tab}`);
  }

  /* Take over what tabs that are gone left behind. */
  async adopt() {
    await this.alive;
    const take = async () => {
      const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
      const gone = this.everywhere().filter((entry) => entry.tab !== this.tab && !held.includes(`labeler-tab:${entry.tab}`));
      for (const entry of gone) store.setItem(entry.storage, JSON.stringify({ ...entry, tab: this.tab }));
      if (gone.length) this.kick();
    };
    if (navigator.locks) await navigator.locks.request(this.lock, take);
    else if (!this.adopted) await take(); // plain http has no locks: once, at the start
    this.adopted = true;
    this.forgetDone(DONE_KEPT);
  }

  /* What was sent is needed to take it back: the last ones, for two days. */
  forgetDone(most) {
    const done = Outbox.entries(this.doneKey).sort((a, b) => b.at - a.at);
    done.forEach((entry, place) => {
      if (place >= most || Date.now() - entry.at > DONE_KEPT_MS) store.removeItem(entry.storage);
    });
  }

  /* kind: label, skip, flag or undo. Written to the disk before this returns. */
  put(kind, body, about) {
    this.counter += 1;
    const stamp = String(Date.now()).padStart(15, "0") + String(this.counter).padStart(6, "0");
    const id = body.idempotency_key || uuid();
    const entry = { id, kind, body, about, tab: this.tab, tries: 0 };
    entry.storage = `${this.out}${stamp}:${id}`;
    store.setItem(entry.storage, JSON.stringify(entry));
    this.kick();
    return entry;
  }

  /* Take an answer back: out of the box when it was never sent, else by undoing it on the service. */
  takeBack(id, about) {
    if (!this.withdraw(id)) this.put("undo", { of: id }, about);
  }

  /* Out of the box what the service has never had, or has refused; false: it may have it. */
  withdraw(id) {
    const entry = this.waiting().find((one) => one.id === id);
    const refused = this.refused().find((one) => one.id === id);
    const unsent = entry && entry.tries === 0 && this.sending !== id;
    if (unsent) store.removeItem(entry.storage);
    else if (refused) store.removeItem(refused.storage);
    if (unsent || refused) this.events.changed();
    return Boolean(unsent || refused);
  }

  kick() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), AFTER_PAINT_MS);
    this.events.changed();
  }

  resume() {
    this.halted = null;
    this.tries = 0;
    this.kick();
  }

  async run() {
    if (this.running || this.halted) return;
    this.running = true;
    try {
      await this.drain();
    } finally {
      this.running = false;
      this.events.changed();
    }
  }

  async drain() {
    let entry = this.waiting()[0];
    while (entry && !this.halted) {
      try {
        await this.send(entry);
        this.tries = 0;
        this.offline = false;
      } catch (problem) {
        this.sending = null;
        if (!(problem instanceof Problem)) throw problem;
        if (problem.status === 401 || problem.needsAcknowledgement) {
          this.halted = problem;
          this.events.halted(problem);
          return;
        }
        if (problem.passing) {
          this.offline = problem.status === 0;
          this.retryLater(problem);
          return;
        }
        this.refuse(entry, problem);
      }
      this.events.changed();
      [entry] = this.waiting();
    }
  }

  retryLater(problem) {
    this.tries += 1;
    const back = Math.min(30, 2 ** Math.min(this.tries - 1, 5)) * (0.75 + Math.random() / 2);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), Math.max(back, problem.retryAfter) * 1000);
  }

  refuse(entry, problem) {
    store.removeItem(entry.storage);
    this.events.refused(entry);
    if (entry.kind === "undo" && problem.status === 404) return; // gone already: nothing left to undo
    const key = this.no + entry.storage.slice(this.out.length);
    store.setItem(key, JSON.stringify({ ...entry, why: problem.message, status: problem.status }));
  }

  async send(entry) {
    this.sending = entry.id;
    store.setItem(entry.storage, JSON.stringify({ ...entry, storage: undefined, tries: entry.tries + 1 }));
    if (entry.kind === "undo") {
      const target = this.done(entry.body.of);
      const answer = target ? await this.api.call("DELETE", `${ENDPOINT[target.kind]}/${target.number}`) : {};
      store.removeItem(entry.storage);
      this.sending = null;
      this.events.undone(entry, answer);
      return;
    }
    const answer = await this.api.call("POST", ENDPOINT[entry.kind], { ...entry.body, ...this.events.wish() });
    const number = answer[entry.kind] ? answer[entry.kind].id : null;
    store.setItem(this.doneKey + entry.id, JSON.stringify({ kind: entry.kind, number, at: Date.now() }));
    const takenBackMeanwhile = store.getItem(entry.storage) === null;
    store.removeItem(entry.storage);
    this.sending = null;
    if (takenBackMeanwhile) this.put("undo", { of: entry.id }, entry.about);
    this.events.taken(entry, answer);
  }

  retryRefused(storage) {
    const entry = this.refused().find((one) => one.storage === storage);
    if (!entry) return;
    store.removeItem(storage);
    this.put(entry.kind, entry.body, entry.about);
  }

  discardRefused(storage) {
    store.removeItem(storage);
    this.events.changed();
  }

  close() {
    this.halted = new Problem(0, {}, 0);
    clearTimeout(this.timer);
    if (this.release) this.release();
  }
}
