/* The language of the pages. The choice is a cookie: it holds for those who are logged out, too. */
import { colors } from "../card/colors.js";
import { LANGUAGE, t } from "../words.js";

const YEAR_S = 31536000;

export default function mount({ parentElement, data }) {
  const root = parentElement.querySelector(".language");
  root.classList.toggle("centered", data.centered);
  root.classList.toggle("named", data.named);
  colors(root);
  document.documentElement.lang = LANGUAGE;
  const choice = parentElement.querySelector("[data-ref=choice]");
  const offered = [["", t("The browser's")], ...Object.entries(data.languages)];
  choice.replaceChildren(...offered.map(([tag, name]) => new Option(name, tag, false, tag === data.chosen)));
  choice.onchange = () => {
    const kept = choice.value ? `${choice.value}; max-age=${YEAR_S}` : "; max-age=0";
    document.cookie = `${data.cookie}=${kept}; path=${data.path}; SameSite=Strict${location.protocol === "https:" ? "; Secure" : ""}`;
    location.reload();
  };
}
