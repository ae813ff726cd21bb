// What a card says of a run at work: the time that passed, and its steps as events tell them.
const STEPS = ["retrieve", "generate", "validate", "execute", "check", "summarise"];

// `told` takes the data of a `step`; `end` stops the clock.
export function liveSteps(card) {
  const status = card.querySelector("[data-status]");
  const elapsed = card.querySelector("[data-elapsed]");
  const begun = Math.min(Date.parse(card.dataset.started), Date.now());
  const clock = setInterval(() => { elapsed.textContent = `${((Date.now() - begun) / 1000).toFixed(1)} s`; }, 100);
  const tell = steps(card.querySelector("[data-steps]"), card.dataset.icons);
  const told = (step) => {
    // It may have waited its turn when the card was made.
    if (status.textContent !== status.dataset.status) status.lastElementChild.textContent = status.dataset.status;
    tell(step);
  };
  return { told, end: () => clearInterval(clock) };
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
