/* The items that this labeler holds, the next ones already in the browser: as many as last through a gap in the
 * connection, but no great part of what is left for others, nor of the browser's memory. */
const HELD_MOST = 40;
const HELD_LEAST = 4;
const HELD_CHARACTERS = 400_000;
const HELD_SHARE = 10; // of what is left, one part
const SHOWN_NEXT = 2; // that stay when the queue has a new order

function sizeOf(item) { return item.content.text?.length ?? JSON.stringify(item.content).length; }

export class Queue {
  /* remaining: items that need a label, as far as one knows. */
  constructor(api, outbox, remaining) {
    this.api = api;
    this.outbox = outbox;
    this.items = [];
    this.answered = new Map(); // the lease under which, by key: an item that is asked again has another one
    this.version = null;
    this.remaining = remaining;
    this.limit = null; // why there are no further items for this labeler
    this.training = null; // how far one is, while one is in training
    this.asking = null;
    this.heldSince = performance.now();
    this.average = 1000; // characters of an item
  }

  /* How many to hold. */
  get hold() {
    const fit = Math.floor(HELD_CHARACTERS / this.average);
    return Math.max(HELD_LEAST, Math.min(HELD_MOST, fit, Math.floor(this.remaining / HELD_SHARE)));
  }

  get low() { return this.items.length <= 0.6 * this.hold; }

  /* What to ask for along with an answer: nothing while enough items are here. */
  wish() { return this.low ? { next: this.hold } : {}; }

  /* Add what the service lends; leave out what is here, or was answered while the request was on its way. What is asked
   * again, by a campaign, comes under a new lease. */
  add(items) {
    const here = new Set(this.items.map((item) => item.key));
    for (const entry of this.outbox.everywhere()) if (entry.about) here.add(entry.about.key);
    let added = 0;
    for (const item of items || []) {
      const before = this.answered.get(item.key);
      if (!here.has(item.key) && (before === undefined || (before && before !== item.lease?.token))) {
        this.answered.delete(item.key);
        this.items.push(item);
        added += 1;
      }
    }
    if (added) this.heldSince = performance.now();
    if (items?.length) this.average = 0.5 * this.average + 0.5 * Math.max(...items.map(sizeOf));
    return added;
  }

  async ask() {
    if (this.asking) return this.asking;
    return this.lend({ n: this.hold });
  }

  /* The queue has a new order: what is not about to be shown is given back, and what comes first now is lent. */
  async renew() {
    if (this.asking || this.items.length <= SHOWN_NEXT) return;
    const keep = this.items.slice(0, SHOWN_NEXT).map((item) => item.key);
    const before = this.items;
    this.items = before.slice(0, SHOWN_NEXT);
    try {
      await this.lend({ n: this.hold, keep });
    } catch (problem) {
      this.items = [...this.items, ...before.slice(SHOWN_NEXT).filter((item) => !this.answered.has(item.key))];
    }
  }

  async lend(body) {
    this.asking = this.api.call("POST", "/queue/next", body).finally(() => { this.asking = null; });
    const answer = await this.asking;
    this.version = answer.guideline_version ?? this.version;
    this.remaining = answer.remaining ?? this.remaining;
    this.limit = answer.limit ?? null;
    this.training = answer.training ?? null;
    return this.add(answer.items);
  }

  /* Leases that ran out belong to someone else by now: ask what one holds and keep only that. */
  async refresh() {
    this.items = [];
    return this.ask();
  }

  /* What is held goes to others. */
  giveBack() {
    const tokens = this.items.map((item) => item.lease && item.lease.token).filter(Boolean);
    if (tokens.length) this.api.leave("/queue/release", { lease_tokens: tokens });
    this.items = [];
  }

  /* Show this one first, if it is here. */
  toFront(key) {
    const found = this.items.find((item) => item.key === key);
    if (found) this.back(found);
  }

  /* token: of the lease, where another one means that it is asked again. */
  drop(key, token) {
    this.answered.set(key, token ?? null);
    this.items = this.items.filter((item) => item.key !== key);
  }

  back(item) {
    this.answered.delete(item.key);
    this.items = [item, ...this.items.filter((one) => one.key !== item.key)];
  }

  relend(item) {
    const here = this.items.find((one) => one.key === item.key);
    if (here) here.lease = item.lease;
  }
}
