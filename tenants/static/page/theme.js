// The switch without a new page. The cookie is the one that the server sets.
import { each } from "./each.js";

const SHOWN = {
  "": ["Theme: as the system has it", "auto"],
  dark: ["Theme: dark", "moon"],
  light: ["Theme: light", "sun"],
};
const ORDER = Object.keys(SHOWN);

export function themeSwitch(root) {
  each(root, "[data-theme-switch]", (form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    const chosen = button.value;
    document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax`;
    if (chosen) document.documentElement.dataset.theme = chosen;
    else delete document.documentElement.dataset.theme;
    const next = ORDER[(ORDER.indexOf(chosen) + 1) % ORDER.length];
    const [label, icon] = SHOWN[next];
    button.value = next;
    button.title = label;
    button.setAttribute("aria-label", label);
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
  }));
}
