// The tab's title and picture: unseen news, lost connections, what the page is, working orders, mode.
// A hidden tab draws no frames, so this one waits for none.
import { book, on } from "../core/book.js";
import { find } from "../core/dom.js";
import { workingNow } from "./working.js";

const SOON_MS = 100;
const GROUNDS = { paper: "#14202e", live: "#b93a08" };
const BARS = "M5 5v11M10 3v11M15 7v9M3.5 8h3v5h-3zM8.5 5h3v6h-3zM13.5 9h3v5h-3z";
const LOST = "M12 12l6 6m0-6l-6 6";

const icon = find('link[rel="icon"]');
let own = document.title.split(" · ")[0];
let unseen = 0;
let isStreaming = true;
let timer;

const isDown = ({ state, brokerLink }) => state !== "connected" || brokerLink === "down";

function isLost() {
  const { agent, connections = {} } = book.status ?? {};
  return !isStreaming || agent?.connected === false || Object.values(connections).some(isDown);
}

function picture(ground, lost) {
  const bars = `<path d="${BARS}" stroke="${lost ? "#8c98a5" : "#fff"}" stroke-width="1.4"/>`;
  const mark = lost ? `<path d="${LOST}" stroke="#fff" stroke-width="6"/><path d="${LOST}" stroke="#d01f30" stroke-width="3"/>` : "";
  const news = unseen ? '<circle cx="15" cy="5" r="4.5" fill="#ffc53d" stroke="#14202e"/>' : "";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><rect width="20" height="20" rx="4" fill="${ground}"/>${bars}${mark}${news}</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function draw() {
  timer = 0;
  const { mode, account } = document.body.dataset;
  const lost = isLost();
  const working = workingNow();
  const words = [
    (unseen ? `(${unseen}) ` : "") + (lost ? "Not connected" : own),
    lost && own,
    working?.all && `${working.all} working`,
    [mode?.toUpperCase(), account].filter(Boolean).join(" "),
    "IB Desk",
  ];
  const title = words.filter(Boolean).join(" · ");
  if (document.title !== title) document.title = title;
  const href = picture(GROUNDS[mode] ?? "#4a5563", lost);
  if (icon.href !== href) icon.href = href;
}

const soon = () => (timer ||= setTimeout(draw, SOON_MS));

// What this page shows, for pages whose subject changes.
export function nameTitle(text) {
  own = text;
  soon();
}

export function countUnseen() {
  unseen += 1;
  soon();
}

on("stream", ({ state, tries }) => {
  isStreaming = !tries || state === "live";
  soon();
});
on("status working", soon);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  unseen = 0;
  soon();
});
