// The desk's JSON API. A request ends as data or as a Problem; it never guesses.
const token = document.querySelector('meta[name="csrf-token"]').content;

// status 0: no answer arrived, so the outcome is not known.
export class Problem extends Error {
  constructor(status, body) {
    super(body?.error ?? body?.detail ?? `The desk answered ${status}.`);
    this.status = status;
    this.body = body ?? {};
    this.isUnknown = this.body.sent ? this.body.sent === "unknown" : status === 0 || status >= 500;
  }
}

export async function call(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  let response;
  let data;
  try {
    const signal = AbortSignal.timeout(15000);
    const options = { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) };
    response = await fetch(`/api/v1${path}`, options);
    data = await response.json();
  } catch {
    if (!response || response.ok) throw new Problem(0, { error: "No answer from the desk." });
  }
  if (response.status === 401) location.assign("/login?next=/");
  if (!response.ok) throw new Problem(response.status, data);
  return data;
}

export const get = (path, query) => call("GET", query ? `${path}?${new URLSearchParams(query)}` : path);
