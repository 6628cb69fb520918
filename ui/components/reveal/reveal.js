/* What was added below the fold, or above it, comes into view as soon as it has its size, and not again; also not once
 * somebody does something: what one points at stays where it is. */
const revealed = (globalThis.labelerRevealed ??= new Set());
const LOOK_AFTER_MS = [100, 600];

export default function mount({ parentElement, data }) {
  if (revealed.has(data.key)) return;
  revealed.add(data.key);
  const box = parentElement.closest("[data-testid=stVerticalBlock]");
  const looks = LOOK_AFTER_MS.map((wait) => setTimeout(() => box?.scrollIntoView({ block: "nearest" }), wait));
  for (const doing of ["pointerdown", "keydown", "wheel"]) {
    window.addEventListener(doing, () => looks.forEach(clearTimeout), { capture: true, once: true });
  }
}
