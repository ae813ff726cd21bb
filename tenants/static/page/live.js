// A run at work: its steps as the server tells them, the time that passed, and the answer once it is there.
import { each } from "./each.js";
import { liveSteps } from "./steps.js";

export function liveRuns(root) {
  each(root, "[data-run]", (card) => {
    const steps = liveSteps(card);
    const events = new EventSource(`/api/v1/runs/${card.dataset.run}/events`);
    events.addEventListener("step", (event) => steps.told(JSON.parse(event.data)));
    const end = () => {
      events.close();
      steps.end();
      show(location.pathname);
    };
    events.addEventListener("done", end);
    // Named `error` by us, with data; the browser's own has none, and means that it tries again by itself.
    events.addEventListener("error", (event) => { if (event.data || events.readyState === EventSource.CLOSED) end(); });
    window.addEventListener("pagehide", () => events.close());
  });
}

async function show(address) {
  await htmx.ajax("GET", address, { target: "#main", select: "#main", swap: "outerHTML" });
  document.querySelector("#main").focus({ preventScroll: true });
}
