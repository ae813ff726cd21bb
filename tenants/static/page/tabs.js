// Sections one below another become tabs (WAI-ARIA's pattern): arrows move, the address remembers.
import { each } from "./each.js";

const SVG = "http://www.w3.org/2000/svg";

export function tabs(root) {
  each(root, "[data-tabs]", (holder) => {
    const panels = [...holder.querySelectorAll(":scope > [data-tab]")];
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", "Parts of the answer");
    const buttons = panels.map((panel) => button(panel, holder.dataset.icons));
    const choose = (chosen, { focus = false } = {}) => panels.forEach((panel, place) => {
      panel.hidden = place !== chosen;
      buttons[place].setAttribute("aria-selected", String(place === chosen));
      buttons[place].tabIndex = place === chosen ? 0 : -1;
      if (place === chosen && focus) buttons[place].focus();
    });
    buttons.forEach((one, place) => {
      one.addEventListener("click", () => { choose(place); history.replaceState(null, "", `#${panels[place].id}`); });
      one.addEventListener("keydown", (event) => {
        const last = panels.length - 1;
        const next = { ArrowRight: place === last ? 0 : place + 1, ArrowLeft: place === 0 ? last : place - 1, Home: 0, End: last }[event.key];
        if (next !== undefined) { event.preventDefault(); choose(next, { focus: true }); }
      });
    });
    list.append(...buttons);
    holder.prepend(list);
    const wanted = panels.findIndex((panel) => `#${panel.id}` === location.hash);
    choose(Math.max(wanted, 0));
    holder.classList.add("ready");
  });
}

function button(panel, icons) {
  const made = document.createElement("button");
  made.type = "button";
  made.id = `tab-${panel.id}`;
  made.setAttribute("role", "tab");
  made.setAttribute("aria-controls", panel.id);
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${panel.dataset.icon}`);
  icon.append(use);
  made.append(icon, panel.dataset.tab);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", made.id);
  panel.removeAttribute("aria-label");
  return made;
}
