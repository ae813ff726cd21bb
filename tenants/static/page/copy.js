import { each } from "./each.js";

export function copyButtons(root) {
  each(root, "[data-copy], [data-copy-address]", (button) => {
    const words = button.querySelector("span");
    const before = words.textContent;
    button.addEventListener("click", async () => {
      const { copy, copyAddress } = button.dataset;
      const text = copy ? document.querySelector(copy).textContent : new URL(copyAddress, location).href;
      try {
        await navigator.clipboard.writeText(text);
        words.textContent = "Copied";
      } catch {
        words.textContent = "Select and copy by hand";
      }
      setTimeout(() => { words.textContent = before; }, 2000);
    });
  });
}
