// The health page: connections, loops, journal, farms, what the executions do not explain, and what
// IB said. It asks for the status every two seconds, so it works without the stream too.
import { get } from "../core/api.js";
import { book, now, on, tell } from "../core/book.js";
import { clone, find, frame, note, setAge, setText, sign } from "../core/dom.js";
import { clock, duration, NONE, sentence, when } from "../core/format.js";
import { messageItem } from "../orders/ib_messages.js";

const ASK_MS = 2000;
const READY_MS = 5000; // so long a desk may itself wait for a relay that says nothing
const MOST = 200;
const STUCK_SECONDS = 2; // a healthy loop ticks several times a second
const SILENT_MS = 12000; // TWS is asked for the time every few seconds

const STATES = {
  connected: ["full", "ok", "Connected"],
  connecting: ["ring", "busy", "Connecting"],
  waiting: ["warn", "error", "Not connected"],
  stopped: ["off", "error", "Stopped"],
};
const FARMS = { ok: "ok", broken: "broken", inactive: "idle until it is needed" };
const WELL = ["tick", "ok"];
const ODD = ["warn", "warn"];
const BAD = ["warn", "error"];

const age = (iso) => (iso ? `${duration(now() - Date.parse(iso))} ago` : NONE);
const written = (value) => (Array.isArray(value) ? value.join(", ") : value === true ? "yes" : String(value));

function card(name, look, word, facts = {}) {
  const root = find(`#card-${name}`);
  sign(find("[data-state]", root), look, word);
  const nodes = Object.entries(facts).map(([label, value]) => clone("fact", { name: label, value: String(value) }));
  find(".facts", root).replaceChildren(...nodes);
  return root;
}

function drawLink(link, { mode, accounts }) {
  const [shape, tone, word] = STATES[link.state] ?? ["ask", "warn", link.state];
  const isSilent = link.state === "connected" && now() - Date.parse(link.lastMessageAt ?? 0) > SILENT_MS;
  const isCut = link.state === "connected" && link.brokerLink === "down";
  const why = isCut ? "TWS has lost its link to IB; it restores it by itself" : isSilent ? "TWS says nothing, though it is asked" : link.reason;
  const look = isCut || isSilent ? BAD : [shape, tone];
  card(link.name, look, why ? `${word}. ${sentence(why)}` : `${word}.`, {
    "Client id": link.clientId ?? NONE,
    Since: `${when(link.since)} (${age(link.since)})`,
    "Last message": link.lastMessageAt && link.state !== "connected" ? `${when(link.lastMessageAt)}, before the cut` : age(link.lastMessageAt),
    Reconnects: link.reconnects ?? NONE,
    "TWS to IB": link.brokerLink,
    "Next try": link.nextRetryAt ? clock(link.nextRetryAt) : NONE,
    "Server version": link.serverVersion ?? NONE,
    Accounts: `${accounts?.join(", ") || NONE} (${mode ?? "mode not known"})`,
  });
}

// Relay mode without the agent: everything that only its engine knows is null.
const NOT_KNOWN = ["ask", "off"];

function drawDesk({ loops, blockers, frozen, streams, sleepWorkaround, limits, openOrders, version }) {
  if (!loops) return card("desk", NOT_KNOWN, "Not known while your agent is away.", { "Live streams": `${streams.open} of ${streams.cap}`, Version: version });
  const stuck = loops.filter((loop) => loop.secondsSinceTick >= STUCK_SECONDS);
  const names = stuck.map((loop) => loop.name).join(", ");
  const look = stuck.length ? BAD : frozen ? ["hold", "warn"] : WELL;
  const word = stuck.length ? `${names} stands still. Restart the desk; orders that IB has stay as they are.` : frozen ? "It runs; new orders are frozen. Cancels and exits pass." : "It runs.";
  const facts = Object.fromEntries(loops.map((loop) => [`Loop ${loop.name}`, `${loop.secondsSinceTick.toFixed(1)} s ago`]));
  const set = Object.entries(limits).filter(([, value]) => value !== null && value !== false);
  card("desk", look, word, {
    ...facts,
    "New orders": frozen ? "frozen" : blockers.length ? "not now" : "possible",
    "Open orders": openOrders,
    "Live streams": `${streams.open} of ${streams.cap}`,
    "Sleep workaround": sleepWorkaround.applies ? `${sleepWorkaround.seconds.join(" + ")} s` : "not needed",
    Limits: set.map(([name, value]) => `${name} ${written(value)}`).join(", ") || "none set",
    Version: version,
  });
}

function drawJournal(journal) {
  if (!journal) return card("journal", NOT_KNOWN, "It is beside your agent, which is away.");
  const { path, failure, orders } = journal;
  const word = failure ? `${sentence(failure)} No order leaves before it is saved.` : "It can be written.";
  card("journal", failure ? BAD : WELL, word, { File: path, Orders: orders ?? NONE, "Check its lines": ".venv/bin/flask --app app_simple journal verify" });
}

function drawFarms(known, isUp) {
  const farms = known ?? [];
  const broken = farms.filter((farm) => farm.state === "broken").length;
  const word = !isUp ? "Not known without the data connection." : broken ? `${broken} broken. TWS connects to them again by itself.` : farms.length ? "None is broken." : "TWS has named none yet.";
  const facts = farms.map((farm) => [`${farm.name}, ${farm.kind}`, isUp ? `${FARMS[farm.state] ?? farm.state} since ${when(farm.since)}` : "not known now"]);
  card("farms", !isUp || !farms.length ? ["ask", "off"] : broken ? ODD : WELL, word, Object.fromEntries(facts));
}

const share = (used, cap, more = "") => ({ part: used / cap, text: `${used} of ${cap}${more}` });

// Only what is known: a budget that nobody has told is left out.
const budgets = ({ lines, messages, history }) => ({
  Lines: share(lines.used, lines.cap, ` · ${lines.held} for positions`),
  ...(messages && { "Queue to TWS": { part: messages.queued / messages.cap, text: `${messages.queued} wait · ${messages.cap} a second` } }),
  ...(history && { "Past bars": share(history.used, history.cap, ` in ${duration(history.seconds * 1000)}`) }),
});

function drawMarket(known, isUp) {
  const trouble = isUp && known?.trouble;
  const types = Object.entries(known?.received ?? {}).map(([type, count]) => `${count} ${type}`);
  const word = !isUp || !known ? "Not known without the data connection." : trouble ? `${sentence(trouble.meaning)} ${sentence(trouble.next)}` : types.length ? "Quotes come." : "Nobody looks at a quote.";
  const said = trouble ? { "IB said": `${trouble.code} ${trouble.text}`, Subscription: trouble.subscription ?? NONE, Since: when(trouble.since), "Asked again": trouble.retryAt ? clock(trouble.retryAt) : NONE } : {};
  const facts = isUp && known ? { "Asked for": `live, else ${known.requested}`, Received: types.join(", ") || NONE, ...said } : {};
  const root = card("market", !isUp || !known ? NOT_KNOWN : trouble ? ODD : WELL, word, facts);
  const items = Object.entries(isUp && known ? budgets(known) : {}).map(([name, { part, text }]) => {
    const item = clone("budget-item", { name, text });
    find("progress", item).value = part;
    return item;
  });
  list(root, "budgets", items);
}

function list(root, name, items) {
  find("ul", root)?.remove();
  if (!items.length) return;
  const node = root.appendChild(document.createElement("ul"));
  node.className = name;
  node.append(...items);
}

function drawPositions(found, isUp) {
  const differences = found ?? [];
  const unexplained = "The executions known here do not explain every position. Nothing is traded because of that.";
  const explained = "The executions known here explain every change of a position that was seen.";
  const word = differences.length ? unexplained : isUp ? explained : "Not compared while a connection is down.";
  const root = card("positions", differences.length ? ODD : isUp ? WELL : ["ask", "off"], word);
  const items = differences.map(({ account, text }) => sign(clone("difference-item"), ODD, `${account} · ${text}`));
  list(root, "messages", items);
}

function draw(status) {
  const { data, orders } = status.connections;
  for (const link of [data, orders]) drawLink(link, status);
  drawDesk(status);
  drawJournal(status.journal);
  const isUp = data.state === "connected";
  drawMarket(status.marketData, isUp);
  drawFarms(status.farms, isUp);
  drawPositions(status.positionDifferences, isUp && orders.state === "connected");
}

let isAsking = false;

async function askReady() {
  if (isAsking) return;
  isAsking = true;
  const line = find("#ready");
  try {
    const { reasons } = await (await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(READY_MS) })).json();
    // Behind a relay /readyz tells of the desk alone; what blocks the own engine stands in the status.
    const { blockers = [], agent } = book.status ?? {};
    const away = agent?.connected === false ? ["Your agent is not connected"] : [];
    const all = [...new Set([...reasons, ...(blockers ?? away)])];
    sign(line, all.length ? BAD : WELL, all.length ? `No new order could be placed now. ${all.map(sentence).join(" ")}` : "A new order could be placed now.");
  } catch {
    sign(line, BAD, "The desk does not answer. What is shown below is its last word.");
  }
  isAsking = false;
}

async function ask() {
  askReady();
  try {
    tell("status", await get("/status"));
  } catch (problem) {
    setText(find("#health-age"), problem.message); // the last picture stays, with its time
  }
  setTimeout(ask, ASK_MS);
}

const seen = new Set();

function add(message) {
  const key = `${message.time}/${message.code}/${message.text}`;
  if (seen.has(key)) return;
  seen.add(key);
  const list = find("#said");
  const older = [...list.children].find((item) => item.dataset.time <= message.time);
  list.insertBefore(messageItem(message), older ?? null);
  if (list.children.length > MOST) list.lastElementChild.remove();
  setText(find("#said-count"), String(list.children.length));
  note(find("#said-note"), "");
}

// Where messages are kept: the desk's own memory, and the journal with what is older.
const KEPT = {
  "/messages": ({ messages }) => messages,
  "/orders?status=all": ({ orders }) => orders.flatMap(({ messages }) => messages),
};

async function loadMessages() {
  const failures = [];
  for (const [path, messagesOf] of Object.entries(KEPT)) {
    try {
      messagesOf(await get(path)).forEach(add);
    } catch ({ message }) {
      failures.push(message);
    }
  }
  if (failures.length) note(find("#said-note"), [...new Set(failures)].join(" "), "error");
}

let last;
const redraw = () => draw(last);
on("status", (status) => {
  last = status;
  frame(redraw);
});
on("message", add);
on("hello", loadMessages);
on("tick", () => setAge(find("#health-h").closest("section"), last?.time, now()));
ask();
