/* Light or dark, as the page around is. */
export function colors(root) {
  const value = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{6})/i.exec(value);
  if (!hex) return;
  const number = parseInt(hex[1], 16);
  const light = 0.299 * (number >> 16) + 0.587 * ((number >> 8) & 255) + 0.114 * (number & 255);
  root.dataset.mode = light < 128 ? "dark" : "light";
}
