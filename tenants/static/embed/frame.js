// The ask box in an iframe. The token comes behind the address's `#`, stays in this page's memory and leaves it in a
// header only; the page around is told how high the box is, and when the token has expired.
const origin = document.body.dataset.origin;
const answers = document.querySelector("#answers");
const start = document.querySelector("#start");
const trouble = document.querySelector("#trouble");
const PATIENCE_MS = 15000; // for a new token
const LONGEST_PAUSE_MS = 2000;
const MOST_CARDS = 20;

let token = "";
let renewed = [];
const tell = (message) => window.parent.postMessage(message, origin);

function takeToken() {
  const given = decodeURIComponent(location.hash.slice(1));
  if (!given) return;
  token = given;
  history.replaceState(null, "", location.pathname);
  renewed.splice(0).forEach((go) => go());
}

function newToken() {
  tell({ type: "querent:expired" });
  return new Promise((go, fail) => { renewed.push(go); setTimeout(() => fail(new Error("This has expired: load the page again.")), PATIENCE_MS); });
}

async function call(path, { method = "GET", body } = {}, isSecond = false) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store" });
  if (response.status === 401 && !isSecond) {
    await newToken();
    return call(path, { method, body }, true);
  }
  if (response.ok) return response.text();
  const problem = await response.json().catch(() => ({}));
  throw new Error(problem.errors?.[0]?.detail ?? problem.detail ?? "It did not work: try again.");
}

function fragment(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // our own server's, escaped there; no script in it would run under this page's policy
  return holder.content.firstElementChild;
}

async function attempt(act) {
  trouble.hidden = true;
  try { await act(); } catch (error) { trouble.textContent = error.message; trouble.hidden = false; }
}

async function ask(body) {
  let card = fragment(await call("/embed/ask", { method: "POST", body }));
  answers.append(card);
  while (answers.childElementCount > MOST_CARDS) answers.firstElementChild.remove();
  const address = `/embed/runs/${card.dataset.run}`;
  for (let pause = 150; "working" in card.dataset; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    await new Promise((go) => setTimeout(go, pause));
    const next = fragment(await call(address));
    card.replaceWith(next);
    card = next;
  }
  card.scrollIntoView({ block: "nearest" });
}

const last = () => answers.lastElementChild?.dataset ?? {};

function question(text, source) {
  const body = { question: text };
  if (source) body.data_source = source;
  const { conversation, dataSource } = last();
  if (conversation && (!source || source === dataSource)) body.conversation_id = conversation;
  return body;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const box = form.elements.question;
  const text = box.value.trim();
  if (!text) return;
  const button = form.querySelector("button");
  button.disabled = true;
  attempt(async () => { await ask(question(text, form.elements.data_source?.value)); box.value = ""; }).finally(() => { button.disabled = false; });
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { question: text, source, clarifies, choice } = button.dataset;
  if ("stop" in button.dataset) attempt(() => call(`/embed/runs/${button.closest("[data-run]").dataset.run}`, { method: "DELETE" }));
  if (text) attempt(() => ask(question(text, source)));
  if (clarifies) attempt(() => ask({ clarifies, choice }));
});
window.addEventListener("hashchange", takeToken);
new ResizeObserver(() => tell({ type: "querent:height", height: Math.ceil(document.body.getBoundingClientRect().height) })).observe(document.body);

takeToken();
attempt(async () => {
  try { start.innerHTML = await call("/embed/start"); } catch (error) { start.replaceChildren(); throw error; }
});
