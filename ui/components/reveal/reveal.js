/* What was added below the fold, or above it, comes into view as soon as it has its size, and not again. */
const revealed = (globalThis.labelerRevealed ??= new Set());
const LOOK_AFTER_MS = [100, 600];

export default function mount({ parentElement, data }) {
  if (revealed.has(data.key)) return;
  revealed.add(data.key);
  const box = parentElement.closest("[data-testid=stVerticalBlock]");
  for (const wait of LOOK_AFTER_MS) setTimeout(() => box?.scrollIntoView({ block: "nearest" }), wait);
}
