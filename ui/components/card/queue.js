/* The items that this labeler holds, the next ones already in the browser. */
export const HOLD = 10;
const LOW = 6;

export class Queue {
  constructor(api, outbox) {
    this.api = api;
    this.outbox = outbox;
    this.items = [];
    this.answered = new Set();
    this.version = null;
    this.remaining = null;
    this.asking = null;
    this.heldSince = performance.now();
  }

  get low() { return this.items.length <= LOW; }

  /* What to ask for along with an answer: nothing while enough items are here. */
  wish() { return this.low ? { next: HOLD } : {}; }

  /* Add what the service lends; leave out what is here, or was answered while the request was on its way. */
  add(items) {
    const here = new Set(this.items.map((item) => item.key));
    for (const entry of this.outbox.everywhere()) if (entry.about) here.add(entry.about.key);
    let added = 0;
    for (const item of items || []) {
      if (!here.has(item.key) && !this.answered.has(item.key)) {
        this.items.push(item);
        added += 1;
      }
    }
    if (added) this.heldSince = performance.now();
    return added;
  }

  async ask() {
    if (this.asking) return this.asking;
    this.asking = this.api.call("POST", "/queue/next", { n: HOLD }).finally(() => { this.asking = null; });
    const answer = await this.asking;
    this.version = answer.guideline_version ?? this.version;
    this.remaining = answer.remaining ?? this.remaining;
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

  drop(key) {
    this.answered.add(key);
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
