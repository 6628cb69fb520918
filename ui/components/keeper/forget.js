/* What was saved need not be kept in this browser any more. */
const sent = (globalThis.labelerSent ??= new Map()); // see keeper.js

export default function mount({ data }) {
  const prefixes = data.scopes.map((scope) => `labeler:typed:${data.owner}:${scope}:`);
  try {
    for (const key of Object.keys(localStorage)) {
      if (!prefixes.some((prefix) => key.startsWith(prefix))) continue;
      const kept = localStorage.getItem(key);
      localStorage.removeItem(key);
      sent.set(key, JSON.parse(kept).text);
    }
  } catch (error) { /* forbidden: nothing was kept */ }
}
