// The one live stream. The browser resumes a dropped connection by itself (Last-Event-ID); after a
// refusal (503, 401) it stops, and after a sleep it may hold a dead one for minutes: then a new one
// is opened here, which goes on after the last event as well.
import { get } from "./api.js";
import { on, tell } from "./book.js";

const EVENTS = "hello status account position pnl order execution quote chain bar message alive bye".split(" ");
const LONGEST_WAIT_MS = 30000;
const QUIET_MS = 25000; // the desk says at least "alive" every ten seconds

// Told to the page as "stream"; state: connecting, live, reconnecting, full, refused
const view = { state: "connecting", tries: 0, lastAt: 0, retryAt: 0, reason: "" };
let source;
let lastId = "";
let timer;

const show = (change) => tell("stream", Object.assign(view, change));

export function connect() {
  clearTimeout(timer);
  source?.close();
  source = new EventSource(`/api/v1/stream${lastId && `?lastEventId=${lastId}`}`);
  source.onerror = lost;
  for (const kind of EVENTS) source.addEventListener(kind, hear);
}

function hear({ type, data, lastEventId }) {
  view.lastAt = Date.now();
  lastId = lastEventId;
  if (type === "hello") show({ state: "live", tries: 0, retryAt: 0 });
  tell(type, JSON.parse(data || "{}"));
}

function lost() {
  show({ state: "reconnecting", tries: view.tries + 1, retryAt: 0 });
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (view.tries - 1)) * (0.75 + Math.random() / 2);
  clearTimeout(timer);
  timer = setTimeout(connect, wait);
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

// Silence for so long is a dead connection: the machine slept, or the network went away unnoticed.
function wake() {
  if (view.state !== "live" || Date.now() - view.lastAt < QUIET_MS) return;
  show({ state: "reconnecting", tries: 1 });
  connect();
}

on("tick", wake);
document.addEventListener("visibilitychange", wake);
addEventListener("online", () => (view.retryAt ? connect() : wake()));
