// The blotter: every order that the journal knows, filtered, sorted and live. Only what has changed
// is drawn again, so that hundreds of rows stay cheap.
import { get } from "../core/api.js";
import { askAgain } from "../orders/asking_again.js";
import { nameOf, listOf, patch, SORTS, timeOf } from "../orders/blotter_row.js";
import { book, on, orderKey, tell } from "../core/book.js";
import { cancelOrder } from "../orders/cancelling.js";
import { find, findAll, frame, keyedRows, note, press, setText } from "../core/dom.js";
import { adopt, drawLive, filters, isPaused, offerCsv, onFilter, query, rowsOf, setFilter, setPause, taker } from "../orders/history_filters.js";
import { confirm } from "../core/notices.js";
import { mayCancel, mayModify } from "../orders/order_states.js";
import { isOn } from "../core/preferences.js";

const STEP = 500;
const RETRY_MS = 10000;
const TYPING_MS = 250;
// Hidden at first on a screen that is narrower than that.
const NARROW = [
  [820, "time account type price avg tif why source user"],
  [1080, "account type avg tif source user"],
  [1430, "account source user"],
];

const table = find("#blotter");
const body = find("tbody", table);
const heads = findAll("th", table);
const chips = findAll("#chips button");
const bulk = find("#bulk");
const all = find("#pick-all");
const picked = new Set();
const show = keyedRows(body, "blotter-row", patch);
let sorted = []; // keys, as they stand in the table: nearly sorted input is cheap to sort
let most = STEP;
let next; // where older orders begin; null: all are here, undefined: nothing is known yet
let problem = "";
let turn = 0;
let isAnswered = true; // what the filters ask for
let isTelling = false; // what an answer brings is no change
let shown = [];
let current; // the row that Tab leads to

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

// Newest first unless the address says otherwise: "symbol", "-filled"
function order() {
  const [, minus, name] = /^(-?)(.*)$/.exec(filters().sort ?? "-time");
  const value = SORTS[name] ?? timeOf;
  const sign = minus ? -1 : 1;
  const rows = rowsOf(book.orders);
  const known = new Set(sorted);
  sorted = [...[...rows.keys()].filter((key) => !known.has(key)).reverse(), ...sorted.filter((key) => rows.has(key))];
  const older = (one, other) => compare(timeOf(one), timeOf(other)) || compare(one.orderId ?? 0, other.orderId ?? 0);
  const by = name === "time" ? older : (one, other) => compare(value(one), value(other));
  sorted.sort((a, b) => sign * by(rows.get(a), rows.get(b)) || older(rows.get(b), rows.get(a)));
  for (const th of heads) {
    if (th.dataset.col === name) th.ariaSort = minus ? "descending" : "ascending";
    else if (th.ariaSort) th.ariaSort = null;
  }
  return sorted.map((key) => [key, rows.get(key)]);
}

function drawCounts(list, isKnown) {
  const counts = Map.groupBy(list, ([, one]) => listOf(one));
  for (const chip of chips) {
    const rows = chip.dataset.list === "all" ? list : (counts.get(chip.dataset.list) ?? []);
    setText(find("b", chip), isKnown ? `${rows.length}${next ? "+" : ""}` : "—");
  }
}

function draw() {
  const takes = taker();
  const list = order().filter(([, one]) => takes(timeOf(one), one.account, one.contract));
  const { status, ...rest } = filters();
  const isKnown = next !== undefined;
  drawCounts(list, isKnown);
  press(chips, ({ dataset }) => dataset.list === (status ?? "all"));
  const found = status ? list.filter(([, one]) => listOf(one) === status) : list;
  shown = found.slice(0, most);
  const focused = document.activeElement.closest("#blotter tbody tr");
  const beside = focused?.nextElementSibling ?? focused?.previousElementSibling;
  show(shown);
  if (focused && !focused.contains(document.activeElement)) focusRow(focused.isConnected ? focused : beside); // it was moved, or is gone
  if (!current?.isConnected && body.firstElementChild) (current = body.firstElementChild).tabIndex = 0;
  drawPicked();
  const isFiltered = status || rest.symbol || rest.account || rest.from || rest.to;
  const none = isFiltered ? "No orders match these filters." : "No orders yet. What you send from the desk appears here.";
  const empty = !isKnown || !isAnswered ? "Loading orders…" : next ? "None among the orders looked at so far." : none;
  note(find("#note"), problem || (shown.length ? "" : empty), problem && "error");
  table.hidden = !shown.length;
  const isMore = found.length > most || Boolean(next);
  find("#more").hidden = !isMore;
  setText(find("#more-note"), isMore ? `The newest ${shown.length} orders; older ones are not shown.` : shown.length ? `All ${shown.length} orders.` : "");
}

const cancellable = () => shown.filter(([, one]) => mayCancel(one)).map(([key]) => key);

function mark(key, isPicked) {
  if (isPicked) picked.add(key);
  else picked.delete(key);
  const box = find(`tr[data-key="${CSS.escape(key)}"] input`, body);
  if (box) box.checked = isPicked;
}

// What cannot be cancelled any more, or is not shown, is not selected.
function drawPicked() {
  const may = new Set(cancellable());
  for (const key of picked) if (!may.has(key)) mark(key, false);
  setText(bulk, picked.size ? `Cancel ${picked.size} selected…` : "Cancel selected…");
  bulk.disabled = !picked.size;
  all.disabled = !may.size;
  all.checked = may.size > 0 && picked.size === may.size;
  all.indeterminate = picked.size > 0 && picked.size < may.size;
}

// The first page names every open order that the filters take.
function askForTheRest(orders) {
  const takes = taker();
  askAgain(orders, (one) => takes(timeOf(one), one.account, one.contract));
}

// before: where older orders begin; none: the first page
async function load(before) {
  const asked = before ? turn : ++turn; // older orders make no answer about the newest unwanted
  try {
    const answer = await get("/order-history", query({ before, status: "", limit: STEP }));
    if (asked !== turn) return;
    problem = "";
    next = answer.next;
    isAnswered ||= !before;
    isTelling = true;
    for (const one of answer.orders) tell("order", one);
    isTelling = false;
    adopt(answer.orders.map((one) => [orderKey(one), book.orders.get(orderKey(one))]));
    if (!before) askForTheRest(answer.orders);
    drawLive(answer.asOf);
  } catch (failure) {
    if (asked !== turn) return;
    problem = failure.message;
  }
  frame(draw);
}

async function more() {
  most += STEP;
  if (next && shown.length < most) await load(next);
  frame(draw);
}

async function ask(one) {
  const text = "It may still fill until IB confirms the cancel.";
  if (await confirm(`Cancel ${nameOf(one)}?`, text, "Cancel order")) cancelOrder(one);
}

async function modify(one) {
  const { openChange } = await import("../orders/order_changes.js");
  openChange(one);
}

function pick(key, isPicked) {
  mark(key, isPicked);
  drawPicked();
}

function focusRow(tr) {
  if (!tr?.isConnected) return;
  if (current) current.tabIndex = -1;
  current = tr;
  tr.tabIndex = 0;
  tr.focus();
}

// Keys work only while a row has the focus.
const KEYS = {
  ArrowDown: (tr) => focusRow(tr.nextElementSibling),
  ArrowUp: (tr) => focusRow(tr.previousElementSibling),
  Home: () => focusRow(body.firstElementChild),
  End: () => focusRow(body.lastElementChild),
  Enter: (tr) => location.assign(find("[data-page]", tr).href),
  " ": (tr, one) => mayCancel(one) && pick(tr.dataset.key, !picked.has(tr.dataset.key)),
  c: (tr, one) => mayCancel(one) && ask(one),
  m: (tr, one) => mayModify(one) && modify(one),
};

body.addEventListener("keydown", (event) => {
  const isLetter = event.key.length === 1 && event.key !== " ";
  const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (isLetter && !isOn("keys")) || event.target.tagName !== "TR" || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key.length === 1) return;
  event.preventDefault();
  act(event.target, book.orders.get(event.target.dataset.key));
});
body.addEventListener("click", ({ target }) => {
  const tr = target.closest("tr");
  const one = book.orders.get(tr?.dataset.key);
  if (!one || target.closest("a")) return;
  if (target.closest("input")) pick(tr.dataset.key, target.checked);
  else if (target.closest("[data-cancel]")) cancelOrder(one);
  else if (target.closest("[data-modify]")) modify(one);
  else focusRow(tr);
});
all.addEventListener("change", () => {
  const wanted = all.checked;
  for (const key of cancellable()) mark(key, wanted);
  drawPicked();
});
bulk.addEventListener("click", async () => {
  const { openBulk } = await import("../orders/bulk_cancel.js");
  openBulk([...picked].map((key) => book.orders.get(key)));
});

for (const chip of chips) chip.addEventListener("click", () => setFilter("status", chip.dataset.list === "all" ? "" : chip.dataset.list));
for (const button of findAll("[data-sort]", table)) {
  button.addEventListener("click", () => {
    const name = button.dataset.sort;
    setFilter("sort", (filters().sort ?? "-time") === `-${name}` ? name : `-${name}`);
  });
}

// Which columns there are, kept by this browser.
const choices = findAll("#columns input");

function drawColumns() {
  const places = [table, find("#blotter-row").content];
  for (const { value, checked } of choices) {
    for (const root of places) for (const cell of findAll(`[data-col="${value}"]`, root)) cell.hidden = !checked;
  }
}

function startColumns() {
  const kept = localStorage.getItem("blotter-columns");
  const hidden = (kept ?? NARROW.find(([width]) => innerWidth < width)?.[1] ?? "").split(" ");
  for (const choice of choices) choice.checked = !hidden.includes(choice.value);
  drawColumns();
}

find("#columns").addEventListener("change", () => {
  localStorage.setItem("blotter-columns", choices.filter(({ checked }) => !checked).map(({ value }) => value).join(" "));
  drawColumns();
});

let typing;
let asked = "";

// The list and the sorting are the page's own; days, symbol and account are asked of the journal.
function refilter() {
  most = STEP;
  frame(draw);
  const wanted = JSON.stringify(query({ status: "" }));
  if (wanted === asked) return;
  asked = wanted;
  isAnswered = false;
  turn += 1; // an answer that is under way is not about these
  clearTimeout(typing);
  typing = setTimeout(load, TYPING_MS);
}

onFilter(refilter);
setPause(book.orders, draw);
offerCsv("/order-history.csv");
startColumns();
for (const [width] of NARROW) matchMedia(`(width < ${width}px)`).addEventListener("change", () => localStorage.getItem("blotter-columns") === null && startColumns());
find("#more").addEventListener("click", more);
on("order gone", () => isPaused(isTelling ? 0 : 1) || frame(draw));
let wasUp = true;
on("status", ({ connections }) => {
  const isUp = connections.orders.state === "connected";
  if (isUp && (!wasUp || problem)) load();
  wasUp = isUp;
});
on("hello", ({ reset }) => (reset || next === undefined) && load());
asked = JSON.stringify(query({ status: "" }));
draw();
load();
setInterval(() => problem && load(), RETRY_MS);
