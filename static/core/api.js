// The desk's JSON API. A request ends as data or as a Problem; it never guesses.
const token = document.querySelector('meta[name="csrf-token"]').content;

const ANSWER_MS = 15000;

// status 0: no answer arrived, so the outcome is not known.
export class Problem extends Error {
  constructor(status, body) {
    super(body?.error ?? body?.detail ?? `The desk answered ${status}.`);
    this.status = status;
    this.body = body ?? {};
    this.isUnknown = this.body.sent ? this.body.sent === "unknown" : status === 0 || status >= 500;
  }
}

export async function call(method, path, body, more, ms = ANSWER_MS) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token, ...more };
  let response;
  let data;
  try {
    const signal = AbortSignal.timeout(ms);
    const options = { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) };
    response = await fetch(`/api/v1${path}`, options);
    data = await response.json();
  } catch {
    if (!response || response.ok) throw new Problem(0, { error: "No answer from the desk." });
  }
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  if (!response.ok) throw new Problem(response.status, data);
  return data;
}

// An order's key goes into the header: in the body it would be a program's own name for the order,
// and the desk would not look for the same order from another tab.
export const place = (path, body, key) => call("POST", path, body, { "Idempotency-Key": key });

// At most 36 characters: the legs of a bracket add three. randomUUID exists on localhost and https only.
export function mint() {
  const random = () => [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16).padStart(8, "0")).join("");
  return `ui-${(crypto.randomUUID?.() ?? random()).replaceAll("-", "")}`;
}

export const get = (path, query, ms) => call("GET", query ? `${path}?${new URLSearchParams(query)}` : path, undefined, undefined, ms);
