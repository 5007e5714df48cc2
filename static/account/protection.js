// What protects each position, and exits without one. The rules are the desk's (GET /protection); here
// they become words. Asked again a moment after an order or a position has changed.
import { get } from "../core/api.js";
import { on, tell } from "../core/book.js";
import { cancelOrder } from "../orders/cancelling.js";
import { clone, fill, find, sign } from "../core/dom.js";
import { contractText, NONE, number, orderName, quantity, sideText } from "../core/format.js";
import { confirm } from "../core/notices.js";

const SOON_MS = 700;
const RETRY_MS = 10000;
const SETTLED_MS = 2500; // a position may follow its fill by a moment
const LOOKS = { full: ["tick", "ok"], part: ["half", "warn"], maybe: ["ask", "warn"], none: ["none", "warn"], unknown: ["ask", "off"] };

let known = new Map();
let orphans = [];
let before = new Map(); // orphans by name, with the time at which they were seen first
let asking = false;
let isDue = false;
let timer;

const keyOf = ({ account, contract }) => `${account}/${contract.conId}`;
export const protectionOf = (row) => known.get(keyOf(row));

const at = (price) => (price === null ? "" : ` @ ${number(price)}`);
const nameOf = (order) => `${sideText(order)} ${quantity(order.quantity)} ${order.orderType}${at(order.price)} (${orderName(order)})`;
export const namesOf = (orders) => orders.map(nameOf).join(", ");

function words({ verdict, stop, target, position, over, orders }) {
  if (!stop) return "Stop: not known yet";
  const held = quantity(Math.abs(position));
  const maybe = stop.maybe ? `, perhaps ${quantity(stop.covered + stop.maybe)},` : "";
  const parts = [verdict === "none" ? "No stop" : `Stop ${quantity(stop.covered)}${maybe} of ${held}${at(stop.price)}`];
  const waiting = orders.filter(({ kind, how }) => kind === "stop" && how === "waiting");
  if (stop.conditional) parts.push(`${quantity(stop.conditional)} on a condition`);
  if (waiting.length) parts.push(`${waiting.length} not active yet`);
  if (stop.over) parts.push(`${quantity(stop.over)} too many: would turn the position`);
  else if (over) parts.push(`all exits: ${quantity(over)} too many`);
  if (target.covered) parts.push(`target ${quantity(target.covered)}${at(target.price)}`);
  return parts.join(" · ");
}

// Writes the marker of a position's row; mayFill: there is a ticket that can be filled.
export function drawGuard(tr, row, mayFill) {
  const found = protectionOf(row);
  const node = find(".guard", tr);
  node.hidden = !found;
  if (!found) return;
  const text = words(found);
  sign(node, found.stop?.over ? ["warn", "error"] : LOOKS[found.verdict], text);
  node.title = [text, ...found.orders.map((order) => `${nameOf(order)} ${order.why || "works."}`)].join("\n");
  const button = find("[data-protect]", node);
  button.hidden = !(mayFill && found.stop?.uncovered);
  button.setAttribute("aria-label", `Add a stop for ${contractText(row.contract)}`);
}

// Fills the ticket for what has no stop; the price is the trader's to say.
export function offerStop(row) {
  const { stop, side } = protectionOf(row);
  tell("offer", { contract: row.contract, order: { action: side, orderType: "STP", totalQuantity: stop.uncovered, tif: "GTC" } });
  find("#auxPrice").focus();
}

function drawOrphans() {
  const list = find("#orphans");
  const settled = orphans.filter(({ clientOrderId }) => Date.now() - before.get(clientOrderId) >= SETTLED_MS);
  list.hidden = !settled.length;
  list.replaceChildren(
    ...settled.map((order) => {
      const name = contractText(order.contract);
      const text = order.held ? `closes more than the ${quantity(order.held)} held: ${quantity(order.excess)} too many` : "has no position to close any more";
      const item = sign(clone("orphan-item"), ["warn", "warn"], `Orphan: ${sideText(order)} ${quantity(order.quantity)} ${name} ${order.orderType}${at(order.price)} ${text}. If it fills, it opens a position.`);
      fill(item, { page: `Order ${orderName(order)}`, from: order.origin === "desk" ? "" : `Placed by ${order.origin}: only there it can be cancelled.` });
      find("a", item).href = `/orders/${encodeURIComponent(order.clientOrderId)}`;
      const cancel = find("button", item);
      cancel.hidden = order.origin !== "desk";
      cancel.setAttribute("aria-label", `Cancel ${nameOf(order)} ${name}…`);
      cancel.addEventListener("click", () => ask(order, name));
      return item;
    }),
  );
}

async function ask(order, name) {
  const text = `${nameOf(order)} in ${name}, account ${order.account || NONE}. IB is asked to cancel it; until IB confirms it may still fill.`;
  if (await confirm("Cancel this order?", text, "Cancel the order")) cancelOrder(order);
}

// A report of the desk, asked for here or part of another answer.
export function learn(report) {
  known = new Map(report.positions.map((row) => [keyOf(row), row]));
  orphans = report.orphans ?? [];
  before = new Map(orphans.map(({ clientOrderId }) => [clientOrderId, before.get(clientOrderId) ?? Date.now()]));
  if (orphans.some(({ clientOrderId }) => Date.now() - before.get(clientOrderId) < SETTLED_MS)) setTimeout(drawOrphans, SETTLED_MS + 100);
  drawOrphans();
  tell("protection", report);
}

// One question at a time; what changes meanwhile asks once more.
async function load() {
  timer = undefined;
  if (asking) return void (isDue = true);
  asking = true;
  isDue = false;
  const report = await get("/protection").catch(() => null);
  asking = false;
  if (report) learn(report);
  else setTimeout(soon, RETRY_MS); // no answer is neither "no stop" nor "no orphan"
  if (isDue) soon();
}

// Not begun anew by what follows: on a busy desk something always follows.
function soon() {
  timer ??= setTimeout(load, SOON_MS);
}

// For pages that ask for the report by itself.
export function follow() {
  on("orders positions order execution", soon);
  on("position", ({ account, contract, position }) => {
    if (known.get(`${account}/${contract.conId}`)?.position !== (position || undefined)) soon();
  });
  let hasRead;
  on("status", ({ hasReadOrders }) => {
    if (hasReadOrders !== hasRead) soon();
    hasRead = hasReadOrders;
  });
}
