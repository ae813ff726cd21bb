// What the ask box asks of its server, by a token that stays in this page's memory.
const PATIENCE_MS = 15000; // for a new token

let token = "";
const waiting = [];

// The token comes behind the address's `#`, and is taken out of it at once.
export function takeToken() {
  const given = decodeURIComponent(location.hash.slice(1));
  if (!given) return;
  token = given;
  history.replaceState(null, "", location.pathname);
  waiting.splice(0).forEach((go) => go());
}

function newToken(tell) {
  tell({ type: "querent:expired" });
  return new Promise((go, fail) => { waiting.push(go); setTimeout(() => fail(new Error("This has expired: load the page again.")), PATIENCE_MS); });
}

// Throws an Error with words for people. An expired token is renewed once, through `tell`.
export function caller(tell) {
  return async function call(path, { method = "GET", body, headers = {} } = {}, isSecond = false) {
    const sent = { ...headers, Authorization: `Bearer ${token}` };
    if (body) sent["Content-Type"] = "application/json";
    const response = await fetch(path, { method, headers: sent, body: body && JSON.stringify(body), credentials: "omit", cache: "no-store" });
    if (response.ok) return response;
    if (response.status === 401 && !isSecond) {
      await newToken(tell);
      return call(path, { method, body, headers }, true);
    }
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.errors?.[0]?.detail ?? problem.detail ?? "It did not work: try again.");
  };
}
