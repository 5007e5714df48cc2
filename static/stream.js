// The one live stream. The browser resumes a dropped connection by itself (Last-Event-ID);
// after a refusal (503, 401) it stops, so a new one is opened here with back-off and jitter.
import { get } from "./api.js";
import { tell } from "./book.js";

const EVENTS = "hello status account position pnl order execution quote chain bar message bye".split(" ");
const LONGEST_WAIT_MS = 30000;
const QUIET_MS = 20000; // longer silence after a sleep means a dead connection

// Told to the page as "stream"; state: connecting, live, reconnecting, full
const view = { state: "connecting", tries: 0, lastAt: 0, retryAt: 0 };
let source;

const show = (change) => tell("stream", Object.assign(view, change));

export function connect() {
  source?.close();
  source = new EventSource("/api/v1/stream");
  source.onerror = lost;
  for (const kind of EVENTS) {
    source.addEventListener(kind, (event) => {
      view.lastAt = Date.now();
      if (kind === "hello") show({ state: "live", tries: 0, retryAt: 0 });
      tell(kind, JSON.parse(event.data || "{}"));
    });
  }
}

function lost() {
  show({ state: "reconnecting", tries: view.tries + 1, retryAt: 0 });
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (view.tries - 1)) * (0.75 + Math.random() / 2);
  setTimeout(connect, wait);
  show({ retryAt: Date.now() + wait });
  // The refusal is not readable here. The status is, and its 401 leads to the sign-in page.
  const explain = ({ streams }) => streams?.open >= streams?.cap && view.state !== "live" && show({ state: "full" });
  get("/status").then(explain, () => show({})); // no answer: "reconnecting" says it already
}

function wake() {
  if (document.hidden || view.state !== "live" || Date.now() - view.lastAt < QUIET_MS) return;
  show({ state: "reconnecting", tries: 1 });
  connect();
}

document.addEventListener("visibilitychange", wake);
addEventListener("online", wake);
