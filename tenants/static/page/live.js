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
    events.addEventListener("step", (event) => told.done(JSON.parse(event.data)));
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
  const mark = (line, icon) => line.querySelector("use").setAttribute("href", `${icons}#${icon}`);
  const begin = (line) => { if (line) { line.classList.add("at"); mark(line, "again"); } };
  begin(lines[0]);
  return {
    done({ name, ms, attempt }) {
      const place = Math.min(STEPS.indexOf(name), lines.length - 1);
      lines.slice(0, place + 1).forEach((line) => {
        line.classList.remove("at");
        line.classList.add("done");
        mark(line, "check");
      });
      const line = lines[place];
      line.querySelector("time").textContent = attempt > 1 ? `${ms} ms, attempt ${attempt}` : `${ms} ms`;
      begin(lines[place + 1]);
    },
  };
}

async function show(address) {
  await htmx.ajax("GET", address, { target: "#main", select: "#main", swap: "outerHTML" });
  document.querySelector("#main").focus({ preventScroll: true });
}
