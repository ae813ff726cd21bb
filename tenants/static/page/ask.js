// Ctrl/⌘+Enter asks, Esc empties the box or leaves it; a form that was sent waits for its answer.
import { each } from "./each.js";

const isMac = /mac|iphone|ipad/i.test(navigator.userAgentData?.platform ?? navigator.platform);

export function askKeys(root) {
  each(root, "[data-mod]", (key) => { if (isMac) key.textContent = "⌘"; });
  each(root, "form[data-ask]", (form) => {
    const box = form.querySelector("textarea");
    box?.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      if (event.key === "Escape") box.value === "" ? box.blur() : (box.value = "");
    });
    // With scripts the answer is waited for on its own page, which tells how far it is.
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "live", value: "on" }));
    form.addEventListener("submit", (event) => {
      const button = event.submitter ?? form.querySelector("button");
      button.setAttribute("aria-busy", "true");
      // After the form's data is taken.
      setTimeout(() => { button.disabled = true; });
    });
    // The page may come back from the browser's memory as it was left.
    window.addEventListener("pageshow", () => { for (const button of form.querySelectorAll("button")) button.disabled = false; });
  });
}
