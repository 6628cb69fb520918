/* Light or dark, as the page around is, also when that changes. */
const followed = new WeakSet();

export function colors(root) {
  paint(root);
  if (followed.has(root)) return;
  followed.add(root);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.isConnected) setTimeout(() => paint(root), 300);
    else scheme.removeEventListener("change", follow);
  };
  scheme.addEventListener("change", follow);
}

function paint(root) {
  const value = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{6})/i.exec(value);
  if (!hex) return;
  const number = parseInt(hex[1], 16);
  const light = 0.299 * (number >> 16) + 0.587 * ((number >> 8) & 255) + 0.114 * (number & 255);
  root.dataset.mode = light < 128 ? "dark" : "light";
}
