/* What was saved need not be kept in this browser any more. */
export default function mount({ data }) {
  const prefixes = data.scopes.map((scope) => `labeler:typed:${data.owner}:${scope}:`);
  try {
    for (const key of Object.keys(localStorage)) {
      if (prefixes.some((prefix) => key.startsWith(prefix))) localStorage.removeItem(key);
    }
  } catch (error) { /* forbidden: nothing was kept */ }
}
