/* How long an item has been in sight: nobody answers what they have not seen (G26). */
const ENOUGH = 250; // milliseconds

export class Sight {
  constructor(root) {
    this.root = root; // data-seen tells
    this.since = null; // when the item was painted; null: not yet
    this.shows = 0;
  }

  /* An item was drawn, or uncovered: it is in sight from the next frame on. */
  begin() {
    this.since = null;
    this.shows += 1;
    const show = this.shows;
    if (this.root.dataset.seen !== "false") this.root.dataset.seen = "false";
    requestAnimationFrame(() => setTimeout(() => {
      if (show !== this.shows) return;
      this.since = performance.now();
      setTimeout(() => { if (show === this.shows) this.root.dataset.seen = "true"; }, ENOUGH);
    }));
  }

  get enough() { return this.since !== null && performance.now() - this.since >= ENOUGH; }
}
