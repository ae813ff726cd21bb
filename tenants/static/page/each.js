// Every element that matches, once: a part may be started again over the same page.
const begun = new WeakMap();

export function each(root, selector, begin) {
  const found = root.matches?.(selector) ? [root] : [];
  for (const element of [...found, ...root.querySelectorAll(selector)]) {
    const seen = begun.get(element) ?? new Set();
    if (!seen.has(selector)) {
      begun.set(element, seen.add(selector));
      begin(element);
    }
  }
}
