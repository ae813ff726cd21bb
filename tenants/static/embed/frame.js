// The ask box in an iframe. The page around is told how high the box is, and when the token has expired.
import { liveSteps } from "../page/steps.js";
import { caller, takeToken } from "./calls.js";
import { events } from "./events.js";

const origin = document.body.dataset.origin;
const answers = document.querySelector("#answers");
const start = document.querySelector("#start");
const trouble = document.querySelector("#trouble");
const MOST_CARDS = 20;
const MOST_LOOKS = 100; // at one run: its deadline ends it long before
const PAUSE_MS = 2000; // between looks where a stream broke, or was refused

const tell = (message) => window.parent.postMessage(message, origin);
const call = caller(tell);
const addressOf = (element, part = "") => `/embed/runs/${element.closest("[data-run]").dataset.run}${part}`;

async function fragment(response) {
  const holder = document.createElement("template");
  holder.innerHTML = await response.text(); // our own server's, escaped there; no script in it would run under this page's policy
  return holder.content.firstElementChild;
}

async function attempt(act) {
  trouble.hidden = true;
  try { await act(); } catch (error) { trouble.textContent = error.message; trouble.hidden = false; }
}

async function ask(body) {
  const card = await fragment(await call("/embed/ask", { method: "POST", body }));
  answers.append(card);
  while (answers.childElementCount > MOST_CARDS) answers.firstElementChild.remove();
  const whole = "working" in card.dataset ? await followed(card) : card;
  whole.scrollIntoView({ block: "nearest" });
}

// The card in the place of the working one, once the run is over.
async function followed(card) {
  const steps = liveSteps(card);
  const seen = {};
  try {
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      await watched(card, steps, seen).catch(() => new Promise((go) => setTimeout(go, PAUSE_MS)));
      const next = await fragment(await call(addressOf(card)));
      if ("working" in next.dataset) continue;
      card.replaceWith(next);
      return next;
    }
    throw new Error("This takes too long: ask again.");
  } finally { steps.end(); }
}

async function watched(card, steps, seen) {
  const response = await call(addressOf(card, "/events"), { headers: { Accept: "text/event-stream", "Last-Event-ID": seen.id ?? "" } });
  for await (const { id, event, data } of events(response)) {
    seen.id = id;
    if (event === "step") steps.told(JSON.parse(data));
  }
}

async function rate(form, button) {
  const { rating, reason, words } = { ...Object.fromEntries(new FormData(form)), ...(button.name && { [button.name]: button.value }) };
  const body = { rating, reason: words?.trim() || reason || "" };
  form.closest("[data-thumbs]").replaceWith(await fragment(await call(addressOf(form, "/feedback"), { method: "PUT", body })));
}

async function save(button) {
  const file = await (await call(addressOf(button, "/answer.csv"))).blob();
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "answer.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PAUSE_MS);
}

function question(text, source) {
  const body = { question: text };
  if (source) body.data_source = source;
  const { conversation, dataSource } = answers.lastElementChild?.dataset ?? {};
  if (conversation && (!source || source === dataSource)) body.conversation_id = conversation;
  return body;
}

async function asked(form) {
  const box = form.elements.question;
  const text = box.value.trim();
  if (!text) return;
  const button = form.querySelector("button");
  button.disabled = true;
  await attempt(async () => { await ask(question(text, form.elements.data_source?.value)); box.value = ""; });
  button.disabled = false;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if ("rate" in form.dataset) attempt(() => rate(form, event.submitter));
  else asked(form);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { question: text, source, clarifies, choice } = button.dataset;
  if ("stop" in button.dataset) { button.disabled = true; attempt(() => call(addressOf(button), { method: "DELETE" })); }
  if ("csv" in button.dataset) attempt(() => save(button));
  if (text) attempt(() => ask(question(text, source)));
  if (clarifies) attempt(() => ask({ clarifies, choice }));
});
window.addEventListener("hashchange", takeToken);
new ResizeObserver(() => tell({ type: "querent:height", height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);

takeToken();
attempt(async () => {
  try { start.innerHTML = await (await call("/embed/start")).text(); } catch (error) { start.replaceChildren(); throw error; }
});
