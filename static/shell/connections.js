// The connection states in the header, the banners below it and the farms line.
// It only reads: nothing here connects or reconnects anything.
import { book, now, on } from "../core/book.js";
import { clone, fill, find, frame, prune, setText, sign } from "../core/dom.js";
import { clock, duration, NONE, sentence } from "../core/format.js";
import { troubleText } from "../orders/ib_messages.js";
import { announce } from "../core/notices.js";

// state -> word, shape, tone
const STATES = {
  connected: ["connected", "full", "ok"],
  connecting: ["connecting", "ring", "busy"],
  waiting: ["not connected", "warn", "error"],
  stopped: ["stopped", "off", "error"],
  cut: ["TWS lost IB", "half", "error"],
  live: ["live", "full", "ok"],
  reconnecting: ["reconnecting", "half", "warn"],
  full: ["none free", "warn", "error"],
  refused: ["not open to you", "hold", "warn"],
};
const START = "Start it on the machine of your TWS: .venv/bin/python -m agent";
const SHAPES = { error: "warn", warn: "half", busy: "ring" };

const root = find("#banner");
const lines = new Map();
let stream = { state: "connecting", tries: 0 };

// "cut": the socket to TWS is fine, but TWS has lost IB.
const stateOf = (link) => (link.state === "connected" && link.brokerLink === "down" ? "cut" : link.state);
const isLost = () => stream.tries > 0 && stream.state !== "live";

function again(at, time) {
  if (!at) return "";
  const left = new Date(at) - time;
  return left > 500 ? `Trying again in ${duration(left)}.` : "Trying again now.";
}

function streamBanner({ state, tries, lastAt, retryAt, reason }) {
  if (state === "refused") return ["warn", reason];
  const since = lastAt ? `Prices frozen at ${clock(lastAt)}` : "No live prices yet";
  const text = state === "full" ? "All live streams of the desk are in use: this page does not update by itself." : `${since}, stream reconnecting (${tries}).`;
  return ["warn", `${text} ${again(retryAt, Date.now())}`];
}

function linkBanner(link, who) {
  const state = stateOf(link);
  if (state === "cut") return ["warn", `TWS has lost its link to IB. ${sentence(link.reason)} Orders and prices wait until it is back.`];
  if (state === "connecting") return ["busy", `${who} connecting…`];
  return ["error", `${who} not connected since ${clock(link.since)}${link.reason ? ": " : "."}${sentence(link.reason)} ${again(link.nextRetryAt, now())}`];
}

const agentText = ({ since, reason }) => `Your agent is not connected since ${clock(since)}. ${sentence(reason)} ${START}`;
// Relay mode: why nothing of the user's can reach TWS; "" when it can, and when that is not known.
export const absence = () => (book.status?.agent?.connected === false && !isLost() ? agentText(book.status.agent) : "");

function wanted() {
  const banners = new Map();
  if (isLost()) banners.set("stream", streamBanner(stream));
  const { agent } = book.status ?? {};
  if (agent && !agent.connected) return banners.set("agent", ["error", agentText(agent)]);
  const links = Object.values(book.status?.connections ?? {}).filter((link) => stateOf(link) !== "connected");
  const trouble = book.status?.marketData?.trouble;
  if (trouble && !links.length) banners.set(`prices${trouble.code}`, ["warn", `${troubleText(trouble)} ${again(trouble.retryAt, now())}`]);
  const isOne = new Set(links.map((link) => stateOf(link) + link.reason)).size < links.length;
  for (const link of isOne ? links.slice(0, 1) : links) {
    banners.set(link.name + link.state, linkBanner(link, isOne ? "IB" : `IB, ${link.name} connection ${link.clientId},`));
  }
  return banners;
}

function drawBanners() {
  const banners = wanted();
  prune(lines, banners);
  for (const [key, [tone, text]] of banners) {
    if (!lines.has(key)) {
      lines.set(key, root.appendChild(clone("banner-line")));
      if (tone !== "busy") announce(text);
    }
    sign(lines.get(key), [SHAPES[tone], tone], text.trim());
  }
  root.hidden = !banners.size;
}

function drawPill(name, state, title) {
  const node = find(`#conn-${name}`);
  const [word, shape, tone] = STATES[state] ?? [state, "ask", "busy"];
  const isOld = name !== "stream" && isLost(); // the last word, not the present one
  sign(node, [shape, isOld ? "off" : tone], isOld ? `was ${word}` : word).title = title;
  return node;
}

function drawLink(link) {
  const title = `${link.reason ?? link.state} · since ${clock(link.since)} · last message ${clock(link.lastMessageAt)} · ${link.reconnects ?? NONE} reconnects`;
  const node = fill(drawPill(link.name, stateOf(link), title), { clientId: String(link.clientId ?? "") });
  node.dataset.state = link.state;
  node.dataset.link = link.brokerLink;
}

function drawFarms(farms = []) {
  const broken = farms.filter((farm) => farm.state === "broken");
  const words = broken.map((farm) => `${farm.kind} farm ${farm.name} broken since ${clock(farm.since)}`);
  const node = find("#farms");
  if (!node) return; // the desk page alone shows them
  setText(node, words.join(", ") || (farms.length ? `${farms.length} data farms ok` : ""));
  node.dataset.old = broken.length ? "yes" : "no";
  node.title = farms.map((farm) => `${farm.name}, ${farm.kind}: ${farm.state}`).join("\n");
}

// What is real money now: in relay mode another agent may come while the page is open.
function drawMode({ mode, account }) {
  Object.assign(document.body.dataset, { mode: mode ?? "", account: account ?? "" });
  const badge = find("#mode-badge");
  badge.dataset.mode = mode ?? "";
  find(".real", badge).hidden = mode !== "live";
  fill(badge, { mode: mode?.toUpperCase() ?? "NO AGENT", account: account ?? "no account yet" });
}

function draw() {
  if (book.status) {
    drawMode(book.status);
    const { data, orders } = book.status.connections;
    [data, orders].forEach(drawLink);
    drawFarms(data.state === "connected" ? book.status.farms : []);
  }
  drawPill("stream", stream.state, `last event ${clock(stream.lastAt || null)}`).dataset.state = stream.state;
  drawBanners();
}

on("stream", (view) => {
  stream = view;
});
on("status stream", () => frame(draw));
on("tick", drawBanners);
