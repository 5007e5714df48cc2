// The filters of a page of the past: what stands in the form stands in the address, and goes with
// every request. And what both such pages have: pause, print, CSV.
import { on } from "../core/book.js";
import { find, setText, sign } from "../core/dom.js";
import { clock, NONE } from "../core/format.js";
import { toast } from "../core/notices.js";

const form = find("#filters");
const account = form.elements.account;
const pause = find("#pause");
const live = find("#live");

export const filters = () => Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value));

export function setFilter(name, value) {
  form.elements[name].value = value;
  changed();
}

// Days are the reader's own: from their first to their last instant.
export function days({ from, to } = filters()) {
  const end = to && new Date(`${to}T00:00`);
  end && end.setDate(end.getDate() + 1);
  const iso = (date) => (date && !Number.isNaN(+date) ? { date: date.toISOString() } : {}).date;
  return { since: iso(from && new Date(`${from}T00:00`)) ?? "", until: iso(end) ?? "" };
}

// For the API; `more` has what else is asked.
export function query(more = {}) {
  const { symbol, account: of, status } = filters();
  const { since, until } = days();
  return Object.fromEntries(Object.entries({ from: since, to: until, symbol, account: of, status, ...more }).filter(([, value]) => value));
}

// True for what happened then, there, with that contract.
export function taker() {
  const { symbol = "", account: of } = filters();
  const { since, until } = days();
  const part = symbol.toUpperCase();
  const isNamed = (contract) => [contract.symbol, contract.localSymbol].some((name) => name?.toUpperCase().includes(part));
  return (at, owner, contract) => (!of || owner === of) && (!at || (at >= since && (!until || at < until))) && (!part || isNamed(contract));
}

function listen(act) {
  const { search } = location;
  const found = new URLSearchParams(filters());
  history.replaceState(null, "", found.size ? `?${found}` : location.pathname);
  if (search !== location.search) act();
}

let changed;

// act: what to do when a filter has changed
export function onFilter(act) {
  changed = () => listen(act);
  for (const [name, value] of new URLSearchParams(location.search)) {
    const field = form.elements[name];
    if (field === account && value) account.append(new Option(value));
    if (field) field.value = value;
  }
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    for (const name of ["status", "sort"]) if (form.elements[name]) form.elements[name].value = "";
    setTimeout(changed); // the fields are empty only after the event
  });
}

on("status", ({ accounts }) => {
  const known = [...account.options].map(({ value }) => value);
  account.append(...(accounts ?? []).filter((name) => !known.includes(name)).map((name) => new Option(name)));
});

// The live line, and the button that stops updates. A paused page shows `pausedRows`.
let paused = null; // {at, rows, waiting}
let stream = "connecting";
let asOf = null;

export const rowsOf = (map) => paused?.rows ?? map;

export function setPause(rows, draw) {
  pause.addEventListener("click", () => {
    paused = paused ? null : { at: new Date(), rows: new Map(rows), waiting: 0 };
    pause.setAttribute("aria-pressed", Boolean(paused));
    drawLive();
    draw();
  });
}

// True when what has come must wait.
export function isPaused(comes = 0) {
  if (!paused) return false;
  paused.waiting += comes;
  drawLive();
  return true;
}

// What was asked for is shown on a paused page, too; what it shows already stays as it was.
export function adopt(rows) {
  for (const [key, row] of paused ? rows : []) if (!paused.rows.has(key)) paused.rows.set(key, row);
}

export function drawLive(time = asOf) {
  asOf = time;
  if (paused) sign(live, ["hold", "warn"], `Paused since ${clock(paused.at)}, ${paused.waiting} changes wait`);
  else if (!asOf) sign(live, ["ring", "busy"], "Not read yet");
  else if (stream === "live") sign(live, ["full", "ok"], "Live");
  else sign(live, ["half", "warn"], `Not live, as of ${clock(asOf)}`);
}

on("stream", ({ state, lastAt }) => {
  if (stream === "live" && state !== "live" && asOf) asOf = new Date(lastAt).toISOString();
  stream = state;
  drawLive();
});

// path: of the file, below /api/v1
export function offerCsv(path) {
  const link = find("#csv");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const answer = await fetch(`/api/v1${path}?${new URLSearchParams(query())}`, { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return toast("csv", ["warn", "error"], `No file: ${(await answer?.json().catch(() => null))?.error ?? "no answer from the desk"}`);
    const name = /filename="(.+?)"/.exec(answer.headers.get("Content-Disposition"))?.[1];
    const href = URL.createObjectURL(await answer.blob());
    Object.assign(document.createElement("a"), { href, download: name ?? "rows.csv" }).click();
    URL.revokeObjectURL(href);
    if (name?.includes("incomplete")) toast("csv", ["warn", "warn"], "TWS could not be asked: the file may lack some fills.");
  });
}

// What the print says about itself.
addEventListener("beforeprint", () => {
  const chosen = Object.entries(filters()).map(([name, value]) => `${name} ${value}`).join(", ");
  const { mode, account } = document.body.dataset; // known before the first status has come
  setText(find("#printed"), `${mode?.toUpperCase() || NONE} ${account} · ${chosen || "no filter"} · as of ${asOf ?? NONE}`);
});
find("#print").addEventListener("click", () => print());
