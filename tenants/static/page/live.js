// A run at work: its steps as the server tells them, the time that passed, and the answer once it is there.
import { each } from "./each.js";

const STEPS = ["retrieve", "generate", "validate", "execute", "check", "summarise"];

export function liveRuns(root) {
  each(root, "[data-run]", (card) => {
    const { run, started, icons } = card.dataset;
    const elapsed = card.querySelector("[data-elapsed]");
    const begun = Math.min(Date.parse(started), Date.now());
    const clock = setInterval(() => { elapsed.textContent = `${((Date.now() - begun) / 1000).toFixed(1)} s`; }, 100);
    const told = steps(card.querySelector("[data-steps]"), icons);
    const events = new EventSource(`/api/v1/runs/${run}/events`);
    events.addEventListener("step", (event) => told(JSON.parse(event.data)));
    const end = () => {
      events.close();
      clearInterval(clock);
      show(location.pathname);
    };
    events.addEventListener("done", end);
    // Named `error` by us, with data; the browser's own has none, and means that it tries again by itself.
    events.addEventListener("error", (event) => { if (event.data || events.readyState === EventSource.CLOSED) end(); });
    window.addEventListener("pagehide", () => events.close());
  });
}

function steps(list, icons) {
  const lines = [...list.children];
  const put = (line, state, icon) => {
    line.className = state;
    line.querySelector("use").setAttribute("href", `${icons}#${icon}`);
  };
  return ({ name, status, ms, attempt }) => {
    const place = STEPS.indexOf(name);
    const line = lines[place];
    if (!line) return;
    // A repair goes back: what follows is still to come.
    lines.forEach((one, at) => { if (at < place) put(one, "done", "check"); else if (at > place) put(one, "", "dot"); });
    put(line, status === "done" ? "done" : "at", status === "done" ? "check" : "again");
    const again = attempt > 1 ? `attempt ${attempt}` : "";
    line.querySelector("time").textContent = [ms === undefined ? "" : `${ms} ms`, again].filter(Boolean).join(", ");
  };
}

async function show(address) {
  await htmx.ajax("GET", address, { target: "#main", select: "#main", swap: "outerHTML" });
  document.querySelector("#main").focus({ preventScroll: true });
}
