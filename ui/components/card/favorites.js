/* The labels that one uses often and lately stand first in a long list. Each keeps its place there for as long as it is
 * among them, so that the hand finds it. The model has no say in it. */
import { store } from "./store.js";

const PLACES = 8;
const FADES = 0.97; // what a use counts after each later one

export class Favorites {
  constructor(owner, names) {
    this.key = owner ? `labeler:favorites:${owner}` : null;
    this.known = new Set(names);
    const kept = this.read();
    this.scores = new Map(Object.entries(kept.scores || {}).filter(([name]) => this.known.has(name)));
    this.places = (kept.places || []).filter((name) => this.known.has(name)).slice(0, PLACES);
  }

  read() {
    try {
      return (this.key && JSON.parse(store.getItem(this.key))) || {};
    } catch (error) {
      return {};
    }
  }

  score(name) { return this.scores.get(name) || 0; }

  /* A label was given. */
  use(name) {
    for (const [one, score] of this.scores) this.scores.set(one, score * FADES);
    this.scores.set(name, this.score(name) + 1);
    const isNew = !this.places.includes(name);
    if (isNew && this.places.length < PLACES) this.places.push(name);
    else if (isNew) {
      const least = this.places.reduce((a, b) => (this.score(b) < this.score(a) ? b : a));
      this.places[this.places.indexOf(least)] = name;
    }
    this.write();
  }

  write() {
    if (!this.key) return;
    try {
      store.setItem(this.key, JSON.stringify({ scores: Object.fromEntries(this.scores), places: this.places }));
    } catch (error) { /* full: it holds until the page is left */ }
  }

  /* All names: these first, the others as they were. */
  order(names) { return [...this.places, ...names.filter((name) => !this.places.includes(name))]; }
}
