// Each part finds its own elements, now and in what htmx swaps in later.
import { askKeys } from "./ask.js";
import { copyButtons } from "./copy.js";
import { liveRuns } from "./live.js";
import { pngButtons } from "./png.js";
import { tabs } from "./tabs.js";
import { themeSwitch } from "./theme.js";

const parts = [askKeys, copyButtons, liveRuns, pngButtons, tabs, themeSwitch];
const start = (root) => parts.forEach((part) => part(root));
start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
