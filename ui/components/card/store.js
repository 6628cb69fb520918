/* What this browser keeps for the card. Where it may keep nothing, or is full, the page's own memory stands in: then
 * answers that wait last until the page is closed, and the page says so. */
const memory = new Map();

function kept() {
  try {
    return globalThis.localStorage;
  } catch (error) {
    return null; // forbidden
  }
}

export const store = {
  limited: false, // whether something is in the page's memory alone
  free: () => {}, // makes room in the browser; set by the part that has something to spare

  keys() { return [...new Set([...Object.keys(kept() || {}), ...memory.keys()])]; },

  getItem(key) { return memory.get(key) ?? kept()?.getItem(key) ?? null; },

  setItem(key, value) {
    for (const makeRoom of [() => {}, store.free]) {
      try {
        makeRoom();
        localStorage.setItem(key, value);
        memory.delete(key);
        return;
      } catch (error) { /* full, or forbidden */ }
    }
    memory.set(key, value);
    store.limited = true;
  },

  removeItem(key) {
    memory.delete(key);
    kept()?.removeItem(key);
  },
};
