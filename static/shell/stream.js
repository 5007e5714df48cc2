// The live stream: one for all tabs that one person has in this browser, which opens six connections
// to a desk at most.
// One tab leads and passes on what it hears. The browser resumes a dropped connection by itself
// (Last-Event-ID); after a refusal (503, 401) it stops, and after a sleep it may hold a dead one for
// minutes: then a new one is opened here, which goes on after the last event as well.
import { get } from "../core/api.js";
import { on, tell } from "../core/book.js";

const EVENTS = "hello status account position pnl order execution quote chain bar message alive bye".split(" ");
const LONGEST_WAIT_MS = 30000;
const QUIET_MS = 25000; // the desk says at least "alive" every ten seconds
const ANSWER_MS = 100; // a tab that leads answers at once

const channel = new BroadcastChannel(`stream ${document.body.dataset.user}`);
const me = Math.random(); // of two tabs that lead the greater one goes on
// Told to the page as "stream"; state: connecting, live, reconnecting, full, refused
const view = { state: "connecting", tries: 0, lastAt: 0, retryAt: 0, reason: "" };
let isLeading = false;
let isGreeted = false;
let heardAt = Date.now(); // the desk, or the tab that leads
let source;
let lastId = "";
let timer;

const later = (act, ms) => (clearTimeout(timer), (timer = setTimeout(act, ms)));
const lead = (more) => channel.postMessage({ leader: me, ...more });

function show(change) {
  tell("stream", Object.assign(view, change));
  if (isLeading) lead({ seen: view });
}

// Is there a tab that leads? Else this one does.
export function connect() {
  channel.postMessage({ isAsked: true });
  later(open, ANSWER_MS * (1 + Math.random()));
}

function open() {
  clearTimeout(timer);
  isLeading = true;
  lead();
  source?.close();
  source = new EventSource(`/api/v1/stream${lastId && `?lastEventId=${lastId}`}`);
  source.onerror = lost;
  for (const kind of EVENTS) source.addEventListener(kind, ({ type, data, lastEventId: id }) => hear({ type, data, id }));
}

function hear(event) {
  if (isLeading) lead({ event });
  heardAt = view.lastAt = Date.now();
  lastId = event.id;
  const data = JSON.parse(event.data || "{}");
  if (event.type !== "hello") return tell(event.type, data, true);
  if (isLeading) show({ state: "live", tries: 0, retryAt: 0 });
  greet(data);
}

// The first one finds a page that knows nothing yet.
function greet({ reset, ...more }) {
  tell("hello", { ...more, reset: reset || !isGreeted });
  isGreeted = true;
}

function lost() {
  show({ state: "reconnecting", tries: view.tries + 1, retryAt: 0 });
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (view.tries - 1)) * (0.75 + Math.random() / 2);
  later(open, wait);
  show({ retryAt: Date.now() + wait });
  get("/status").then(explain, refuse);
}

// The refusal is not readable here. The status is, and its 401 leads to the sign-in page.
const explain = ({ streams }) => streams?.open >= streams?.cap && view.state !== "live" && show({ state: "full" });

function refuse({ status, message }) {
  if (status !== 403) return show({}); // no answer: "reconnecting" says it already
  clearTimeout(timer);
  show({ state: "refused", reason: message, retryAt: 0 });
}

function resign() {
  isLeading = false;
  clearTimeout(timer);
  source?.close();
}

channel.onmessage = ({ data: { isAsked, isGone, leader, seen, event } }) => {
  if (isAsked && isLeading) lead({ seen: view });
  if (isGone && !isLeading) connect();
  if (isLeading && leader < me) lead({ seen: view });
  if (!leader || (isLeading && leader < me)) return;
  resign();
  heardAt = Date.now();
  if (seen) show(seen);
  if (event) hear(event);
  else if (!isGreeted && view.state === "live") greet({});
};

// Silence for so long is a dead connection, or a tab that stands still: the machine slept, or the
// network went away unnoticed.
function wake() {
  const silence = Date.now() - heardAt;
  if (view.state === "live" ? silence < QUIET_MS : isLeading || silence < 2 * LONGEST_WAIT_MS) return;
  show({ state: "reconnecting", tries: 1 });
  if (isLeading) open();
  else connect();
}

on("tick", wake);
document.addEventListener("visibilitychange", wake);
addEventListener("online", () => (isLeading && view.retryAt ? open() : wake()));
addEventListener("pagehide", () => {
  if (isLeading) channel.postMessage({ isGone: true });
  resign();
});
