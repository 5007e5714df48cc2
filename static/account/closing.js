// Closing one position or all of them. Loaded when first needed. Every way asks first and says
// exactly what will be sent; a click is one request.
import { call, get, mint, place } from "../core/api.js";
import { book, isSame, on, tell } from "../core/book.js";
import { fill, find, note, setText } from "../core/dom.js";
import { contractText, modeText, orderName, quantity, signedQuantity } from "../core/format.js";
import { confirm, toast } from "../core/notices.js";
import { mayCancel } from "../orders/order_states.js";
import { namesOf, protectionOf } from "./protection.js";

const dialog = find("#close-dialog");
const form = find("form", dialog);
const send = find("#close-send");
const parts = find(".parts", form);
let shown; // what the dialog asks: {row, key, isSending, unheard, failed}; another one when it is opened again

const say = (text, tone = "error") => note(find("#close-notice"), text, tone);
const side = ({ position }) => (position > 0 ? "Sell" : "Buy");
const nameOf = ({ contract }) => contractText(contract);

// Parts are rounded down to whole pieces; how IB steps a broken position is known to the desk alone.
function sizeText(percent) {
  const whole = Math.abs(shown.row.position);
  if (percent === 100) return quantity(whole);
  return Number.isInteger(whole) ? quantity(Math.floor((whole * percent) / 100)) : `${percent} % of ${quantity(whole)}`;
}

const percentOf = () => Number(form.elements.percent.value);

// What becomes of the orders that would close it as well: the desk cancels its own working ones when
// all of it is closed, and touches nothing else.
function fateText() {
  const { row } = shown;
  const found = protectionOf(row);
  if (!found?.stop) return "Whether stops or targets stand around it is not known now. When all of it is closed, this desk's own working ones are cancelled first.";
  const isAll = percentOf() === 100;
  const goes = ({ origin, how }) => isAll && origin === "desk" && (how === "works" || how === "conditional");
  const waits = ({ how }) => how === "waiting";
  const [gone, waiting] = [found.orders.filter(goes), found.orders.filter(waits)];
  const left = found.orders.filter((order) => !goes(order) && !waits(order));
  const rest = Math.abs(row.position) - Number(sizeText(percentOf()).replaceAll(",", ""));
  const after = isAll ? "then nothing is held, and what fills opens a position" : isNaN(rest) ? "check their sizes afterwards" : `${quantity(rest)} are held then: check their sizes`;
  const parts = [
    gone.length && `Cancelled first: ${namesOf(gone)}.`,
    left.length && `Left as they are: ${namesOf(left)}; ${after}.`,
    waiting.length && `Left alone, not active yet: ${namesOf(waiting)}.`,
  ];
  return parts.filter(Boolean).join(" ") || "No other order would close it.";
}

function draw() {
  const { row, isSending, unheard } = shown;
  const what = `${side(row)} ${sizeText(percentOf())} ${nameOf(row)}`;
  fill(dialog, {
    title: `Close ${nameOf(row)}`,
    held: `You hold ${signedQuantity(row.position)} ${nameOf(row)} in account ${row.account}.`,
    order: `${what} at the market (MKT, DAY)`,
    more: fateText(),
  });
  const isNothing = sizeText(percentOf()) === "0";
  send.disabled = isSending || isNothing;
  parts.disabled = isSending || Boolean(unheard);
  setText(send, !row.position ? "Nothing to close" : isNothing ? "Less than one piece" : isSending ? "Sending…" : `${unheard ? "Send again" : "Send"}: ${what} MKT, ${modeText()}`);
}

// Takes the newest word about the position: whether its size or side has changed. A full list that
// does not name it says that nothing is held.
function takeNewest() {
  const { row } = shown;
  const known = [...book.positions.values()].find(({ account, contract }) => account === row.account && isSame(contract, row.contract));
  const newest = known ?? (book.positionsAsOf ? { ...row, position: 0 } : row);
  if (newest.position === row.position) return false;
  shown.row = newest;
  return true;
}

// What is shown is what will be closed: the next press is a decision about what is held now.
function follow() {
  if (!dialog.open || shown.isSending || shown.unheard || !takeNewest()) return;
  const { position } = shown.row;
  const changed = `The position has changed: you hold ${position ? signedQuantity(position) : "none"} now.`;
  say([shown.failed, changed].filter(Boolean).join(" "), shown.failed ? "error" : "warn");
  draw();
}

// A page that has missed a change is told by the desk's refusal; it asks, so that it never stands still.
const refresh = () => get("/positions").then((answer) => tell("positions", answer), () => {});

export function openClose(chosen) {
  shown = { row: chosen, key: mint(), isSending: false, unheard: undefined, failed: "" };
  form.reset();
  say("");
  draw();
  dialog.showModal();
  find("input:checked", parts).focus();
}

function wordsOf({ isUnknown, body, message }) {
  if (isUnknown) return "Unknown whether it arrived: look at the orders. Sending again is safe, it stays one order.";
  if (body.errorCode === "possible_duplicate") return "Not sent: just the same order left a few seconds ago. Look at the position, and try again in 5 seconds if you want more.";
  return `Not closed: ${message}`;
}

// The dialog may have been closed meanwhile, or ask about another position: its key is another one.
function fail({ row, key }, problem) {
  const text = problem.isUnknown ? "Unknown whether the closing order arrived. Look at the orders before you close it again." : wordsOf(problem);
  toast(`close ${key}`, ["warn", "error"], `${nameOf(row)}: ${text}`);
}

async function close(asked) {
  const { row, key } = asked;
  const isShown = () => asked === shown && dialog.open;
  Object.assign(asked, { isSending: true, failed: "" });
  draw();
  const body = asked.unheard ?? { conId: row.contract.conId, percent: percentOf(), account: row.account, held: row.position, wait: "none" };
  try {
    const order = await place("/positions/close", body, key);
    tell("order", order);
    toast(`close ${key}`, ["ring", "ok"], `${orderName(order)}: closing order sent. Its state stands in the list of orders.`);
    if (isShown()) dialog.close();
  } catch (problem) {
    // When nothing is known the key stays, and all that it was used for: asking again cannot make a
    // second order.
    asked.unheard = problem.isUnknown ? body : undefined;
    if (!problem.isUnknown) asked.key = mint();
    asked.failed = wordsOf(problem);
    if (isShown()) say(asked.failed);
    else fail({ row, key }, problem);
    if (problem.body.errorCode === "position_changed") refresh();
  } finally {
    asked.isSending = false;
    if (isShown() && !asked.unheard) takeNewest();
    draw();
  }
}

const closing = (one) => `${side(one)} ${quantity(Math.abs(one.position))} ${nameOf(one)}`;

export async function flatten() {
  const open = [...book.positions.values()].filter(({ position }) => position);
  const working = [...book.orders.values()].filter(mayCancel).length;
  const text = `Cancels ${working} working orders of this desk, then closes every position at the market: ${open.map(closing).join(", ")}. It cannot be taken back.`;
  if (!(await confirm("Flatten all positions?", text, `Close ${open.length} positions`))) return;
  try {
    const { cancels, closes } = await call("POST", "/positions/flatten", { confirm: true });
    for (const one of [...cancels, ...closes]) {
      if (one.clientOrderId) tell("order", one);
      else toast(`flatten ${nameOf(one)}`, ["warn", "error"], `${nameOf(one)} is not closed: ${one.error}`);
    }
  } catch (problem) {
    toast("flatten", ["warn", "error"], problem.isUnknown ? "Unknown what was closed. Look at the orders and positions before you try again." : problem.message);
  }
}

form.addEventListener("input", draw);
// Enter in the choice of the part leads to the button; the next one sends.
parts.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  send.focus();
});
on("protection", () => shown && draw());
on("position positions", follow);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!shown.isSending) close(shown);
});
