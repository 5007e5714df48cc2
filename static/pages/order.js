// One order's page: where it stands, how far the proof goes, why, and its whole timeline. Live.
import { get } from "../core/api.js";
import { book, on, orderKey, queryOf, tell } from "../core/book.js";
import { cancelOrder } from "../orders/cancelling.js";
import { clone, fill, find, frame, note, setText, sign } from "../core/dom.js";
import { clock, contractText, elapsed, money, NONE, number, orderName, orderText, quantity } from "../core/format.js";
import { messageItem } from "../orders/ib_messages.js";
import { announce } from "../core/notices.js";
import { changeNote, differencesText, factsOf, mayCancel, mayDismiss, mayModify, nextStep, statusOf } from "../orders/order_states.js";
import { nameTitle } from "../shell/page_title.js";
import { timeline } from "../orders/timeline.js";

const { key } = find("#main").dataset;
const path = `/orders/${encodeURIComponent(key)}`;
const summary = find("#summary");
const cancel = find("[data-cancel]", summary);
const modify = find("[data-modify]", summary);
const dismiss = find("[data-dismiss]", summary);
const showEvents = timeline(find("#timeline"));
let events = [];
let why = null;
let places = 2;

// step -> its word, and the first event that proves it
const told = ({ kind }) => kind === "openOrder" || kind === "orderStatus" || kind === "error";
const STEPS = {
  saved: ["Saved", ({ kind }) => kind === "request"],
  written: ["Written to TWS", ({ kind }) => kind === "sent"],
  told: ["TWS has it", told],
  brokerId: ["IB gave its number", ({ permId }) => Boolean(permId)],
  working: ["Working", ({ status }) => status === "Submitted"],
  filled: ["Filled", ({ kind }) => kind === "execDetails"],
  commission: ["Commission known", ({ kind }) => kind === "commissionReport"],
};
const ORDER = Object.keys(STEPS);

// [at, elapsedMs] of a step: the desk's own account of it, else the first event that shows it.
function timeOf(step) {
  const known = why?.evidence?.find((row) => row.step === step);
  if (known?.at) return [known.at, known.elapsedMs];
  const found = events.find(STEPS[step][1]);
  return [found?.time, found?.elapsedMs];
}

function stepItem(step, reached, { filled, order }) {
  const [at, after] = timeOf(step);
  const isReached = reached >= ORDER.indexOf(step);
  // A market order may fill without a message that it works: the later step proves the earlier one.
  const [shape, tone, state] = !isReached ? ["ring", "off", "not reached"] : at ? ["tick", "ok", "reached"] : ["tick", "busy", "passed, IB sent no message of it"];
  const isPart = step === "filled" && filled > 0 && filled < order.totalQuantity;
  const item = sign(clone("ladder-step"), [shape, tone], isPart ? `Filled in part, ${quantity(filled)} of ${quantity(order.totalQuantity)}` : STEPS[step][0]);
  fill(item, { at: isReached ? (at ? `${clock(at, true)} ${elapsed(after)}` : "no message of it") : "", state });
  item.dataset.reached = isReached ? "yes" : "no";
  return item;
}

function drawLadder(order) {
  const reached = ORDER.indexOf(order.evidence);
  find("#ladder").replaceChildren(...ORDER.map((step) => stepItem(step, reached, order)));
}

function resultText({ filled, avgFillPrice, commission, commissionCurrency }) {
  const parts = [filled > 0 && `${quantity(filled)} at ${number(avgFillPrice, places)}`, commission !== null && `commission ${money(commission, commissionCurrency)}`];
  return parts.filter(Boolean).map((part) => `, ${part}`).join("");
}

function drawSummary(order) {
  const { word, look, sub } = statusOf(order);
  const title = orderText(order.order, contractText(order.contract), places);
  const [tone, remark] = changeNote(order) ?? ["warn", differencesText(order)];
  fill(summary, { name: orderName(order), title: `${title} ${order.order.tif ?? ""}`, next: nextStep(order), remark: { text: remark, tone } });
  sign(find("[data-status]", summary), look, `${word}${sub ? `: ${sub}` : ""}${resultText(order)}`);
  nameTitle(`${word} · ${orderName(order)} ${title}`);
  cancel.hidden = !mayCancel(order);
  modify.hidden = !mayModify(order);
  dismiss.hidden = !mayDismiss(order);
}

function draw() {
  const order = book.orders.get(key);
  if (!order) return;
  drawSummary(order);
  drawLadder(order);
  const facts = Object.entries(factsOf(order, places)).map(([name, value]) => clone("fact", { name, value: value ?? NONE }));
  find("#facts").replaceChildren(...facts);
  find("#said").hidden = !order.messages.length;
  find("#said ul").replaceChildren(...order.messages.map(messageItem));
  drawFamily(order);
  showEvents(events, places);
  setText(find("#timeline-count"), String(events.length));
  setText(find("#curl pre"), curl(order));
}

const VERDICTS = { true: ["tick", "ok", "fine"], false: ["warn", "error", "not as it should be"], null: ["ask", "off", "not known"], waits: ["glass", "busy", "not yet"] };

function drawWhy() {
  const section = find("#why");
  section.hidden = !why;
  if (!why) return;
  fill(section, { question: why.question, answer: why.answer });
  // What is wrong or not known comes first.
  const kind = ({ ok, waits }) => (waits ? "waits" : String(ok));
  const rank = (check) => ["false", "waits", "null", "true"].indexOf(kind(check));
  const items = why.checks.toSorted((one, other) => rank(one) - rank(other)).map((check) => {
    const { name, ok, found, next } = check;
    const [shape, tone, verdict] = VERDICTS[kind(check)];
    return sign(clone("check-item", { verdict, found: found ?? "", next: next && ok !== true ? next : "" }), [shape, tone], name);
  });
  find("ul", section).replaceChildren(...items);
}

// The parent of a leg, the legs of a parent, and orders that IB has under the same reference.
function drawFamily({ parent, legs = [], duplicates = [] }) {
  const rows = [parent && ["Attached to", parent], ...legs.map((leg) => ["Attached order", leg]), ...duplicates.map((twin) => ["The same reference:", twin])];
  const items = rows.filter(Boolean).map(([role, name]) => {
    const other = book.orders.get(name);
    const page = other ? `${orderName(other)} ${orderText(other.order, contractText(other.contract), places)}` : name;
    const { word, look, sub } = other ? statusOf(other) : { word: "", look: ["ring", "off"], sub: "" };
    const item = sign(clone("family-item", { role, page, sub }), look, word);
    find("a", item).href = `/orders/${encodeURIComponent(name)}`;
    return item;
  });
  find("#family").hidden = !items.length;
  find("#family ul").replaceChildren(...items);
}

// What was asked, as a program would ask it; what TWS made of it is not part of the request.
function curl({ contract, order, differences = [] }) {
  const asked = { ...order, ...Object.fromEntries(differences.map((one) => [one.field, one.asked])) };
  const given = ([name, value]) => value !== null && value !== "" && value !== false && name !== "whatIf";
  const body = { contract: { ...queryOf(contract), comboLegs: contract.comboLegs }, order: Object.fromEntries(Object.entries(asked).filter(given)) };
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl -X POST ${location.origin}/api/v1/orders \\\n  -H "Authorization: Bearer $KEY" \\\n  -H 'Content-Type: application/json' \\\n  -d '${text}'`;
}

async function copyCurl({ currentTarget }) {
  const box = find("#curl");
  box.hidden = false;
  currentTarget.setAttribute("aria-expanded", true);
  const isParent = Boolean(book.orders.get(key)?.legs?.length);
  const rest = `Run as it stands, it places one more order like this one${isParent ? ", without the attached orders" : ""}.`;
  let copied = "Copied.";
  // Without https the browser lends its clipboard to this machine only.
  await navigator.clipboard?.writeText(find("pre", box).textContent).catch(() => (copied = ""));
  fill(box, { copied: `${(navigator.clipboard && copied) || "Select the text to copy it."} ${rest}` });
}

async function loadOrder() {
  const order = await get(path);
  tell("order", order);
  const others = [order.parent, ...(order.legs ?? []), ...(order.duplicates ?? [])].filter((name) => name && !book.orders.has(name));
  for (const name of others) get(`/orders/${encodeURIComponent(name)}`).then((other) => tell("order", other), () => {});
  if (order.contract.secType !== "BAG") loadPlaces(order.contract);
}

// The contract's price step, so that prices show all their digits.
async function loadPlaces(contract) {
  const { minTick } = await get("/stock-quote", queryOf(contract)).catch(() => ({}));
  const [, fraction = ""] = String(minTick ?? "").split(".");
  places = Math.max(2, fraction.length);
  frame(draw);
}

async function loadEvents() {
  ({ events } = await get(`${path}/events`));
  note(find("#timeline-note"), events.length ? "" : "No events kept for this order.");
}

let isCalled = location.hash === "#why"; // the section is not there before its answer

// The desk's own explanation; without one the section is not shown.
async function loadWhy() {
  why = await get(`${path}/why`).catch(() => null);
  drawWhy();
  if (isCalled && why) find("#why").scrollIntoView();
  isCalled &&= !why;
}

let isLoading = false;
let isDue = false;

// One load at a time; news that arrive meanwhile ask for one more.
async function load() {
  if (isLoading) return void (isDue = true);
  isLoading = true;
  try {
    await Promise.all([loadEvents(), loadWhy()]);
  } catch (problem) {
    note(find("#timeline-note"), problem.message, "error");
  }
  isLoading = false;
  frame(draw);
  if (isDue) (isDue = false), load();
}

async function loadAll() {
  load();
  try {
    await loadOrder();
  } catch (problem) {
    sign(find("[data-status]", summary), ["warn", "error"], problem.message);
  }
}

on("order", (order, before) => {
  if (orderKey(order) !== key) return frame(draw);
  frame(draw);
  if (before) load();
  if (before && statusOf(before).word !== statusOf(order).word) announce(`${orderName(order)}: ${statusOf(order).word}`);
});
on("hello", ({ reset }) => reset && loadAll()); // the first one, too: what came before it was not heard
cancel.addEventListener("click", () => cancelOrder(book.orders.get(key)));
modify.addEventListener("click", async () => {
  const { openChange } = await import("../orders/order_changes.js");
  openChange(book.orders.get(key));
});
dismiss.addEventListener("click", async () => {
  const { dismissOrder } = await import("../orders/dismissing.js");
  dismissOrder(book.orders.get(key));
});
find("#show-curl").addEventListener("click", copyCurl);

loadAll();
