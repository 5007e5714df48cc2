// The ticket's fold "Bracket": profit targets and a stop, with the money at risk and to gain.
// It reads and draws; the desk makes the orders.
import { clone, fill, find, findAll, note, setText } from "../core/dom.js";
import { isNumber, money, number, parse, placesOf, quantity, signed } from "../core/format.js";
import { clearFields } from "./folds.js";

const MOST = 5;

const fold = find("#ticket-bracket");
const targets = find("#bracket-targets");
const stop = find("#bracket-stop");
const bars = find("#bracket-bars");
const field = (node, name) => find(`[data-name="${name}"]`, node);
const valueOf = (node, name) => (field(node, name).value.trim() ? parse(field(node, name).value) : undefined);

const hasStop = () => !stop.hidden;
const rows = () => [...targets.children];
export const hasBracket = () => rows().length > 0 || hasStop();

// "target 12.50, stop 9.00": the prices that go out with the order.
export function bracketText(total, places) {
  const { targets: list = [], stop: exit } = readBracket(total) ?? {};
  const price = (value) => number(value, Math.max(places, isNumber(value) ? placesOf(value) : 0));
  const words = list.map(({ lmtPrice, totalQuantity }) => `target ${price(lmtPrice)}${totalQuantity ? ` for ${quantity(totalQuantity)}` : ""}`);
  if (exit?.orderType === "TRAIL") words.push(`stop trailing by ${exit.trailingPercent ? `${quantity(exit.trailingPercent)} %` : price(exit.auxPrice)}`);
  else if (exit) words.push(`stop ${price(exit.auxPrice)}${exit.lmtPrice ? ` limit ${price(exit.lmtPrice)}` : ""}`);
  const legTif = exit || list.length ? field(fold, "tif").value : "";
  return words.join(", ") + (legTif && ` ${legTif}`);
}

// What the trader left open is shared out over the targets, whole pieces, the last one takes the rest.
function quantities(total) {
  const given = rows().map((row) => valueOf(row, "totalQuantity"));
  const open = given.filter((one) => one === undefined).length;
  const rest = total - given.reduce((sum, one) => sum + (one ?? 0), 0);
  const part = Math.floor(rest / open);
  let left = open;
  return given.map((one) => one ?? (--left ? part : rest - part * (open - 1)));
}

const STOP_FIELDS = { STP: ["auxPrice"], "STP LMT": ["auxPrice", "lmtPrice"], TRAIL: ["trailBy"] };

function readStop() {
  const orderType = field(stop, "orderType").value;
  const values = Object.fromEntries(STOP_FIELDS[orderType].map((name) => [name, valueOf(stop, name) ?? NaN]));
  const { trailBy, ...rest } = values;
  if (orderType !== "TRAIL") return { orderType, ...rest };
  return { orderType, [field(stop, "trailUnit").value]: trailBy };
}

// The body's `bracket`, or undefined. `total` is NaN while the size is money: one target then has all.
export function readBracket(total) {
  if (!hasBracket()) return undefined;
  const sizes = quantities(total);
  const list = rows().map((row, index) => ({
    lmtPrice: valueOf(row, "lmtPrice") ?? NaN,
    totalQuantity: rows().length > 1 ? sizes[index] : undefined,
  }));
  return {
    targets: list.length ? list : undefined,
    stop: hasStop() ? readStop() : undefined,
    tif: field(fold, "tif").value || undefined,
  };
}

// [pointer, sentence] of what is missing
export function missingOfBracket(isSized) {
  const { targets: list = [], stop: exit } = readBracket(NaN) ?? {};
  const errors = list.flatMap(({ lmtPrice }, index) => (Number.isNaN(lmtPrice) ? [[`/bracket/targets/${index}/lmtPrice`, "Enter the target's price"]] : []));
  if (list.length > 1) rows().forEach((row, index) => Number.isNaN(valueOf(row, "totalQuantity")) && errors.push([`/bracket/targets/${index}/totalQuantity`, "Enter the target's quantity"]));
  for (const [name, value] of Object.entries(exit ?? {})) if (Number.isNaN(value)) errors.push([`/bracket/stop/${name}`, "Enter the stop's price"]);
  if (isSized && list.length > 1) errors.push(["/bracket", "Several targets need the size in shares"]);
  return errors;
}

function bar(name, amount, most, currency, text) {
  const tone = amount < 0 ? "down" : "up";
  const node = clone("bracket-bar", { name, text, amount: { text: `${signed(amount)} ${currency}`.trim(), tone } });
  Object.assign(find("progress", node), { max: most || 1, value: Math.abs(amount) });
  node.dataset.tone = tone;
  return node;
}

function distance({ auxPrice, trailingPercent, orderType }, entry, sign) {
  if (orderType !== "TRAIL") return sign * (entry - auxPrice);
  return isNumber(trailingPercent) ? (entry * trailingPercent) / 100 : auxPrice;
}

// entry: the price near which the order fills; sign 1 buys, -1 sells; unit: the multiplier
function drawBars({ total, entry, sign, unit, currency, places }) {
  const { targets: list = [], stop: exit } = readBracket(total);
  const sizes = quantities(total);
  const gains = list.map(({ lmtPrice }, index) => sign * (lmtPrice - entry) * (sizes[index] ?? total) * unit);
  const risk = exit ? -distance(exit, entry, sign) * total * unit : NaN;
  const most = Math.max(0, ...[...gains, risk].filter(isNumber).map(Math.abs));
  const nodes = gains.map((gain, index) => {
    const size = rows().length > 1 ? sizes[index] : total;
    return isNumber(gain) && bar(`Target ${index + 1}`, gain, most, currency, `${quantity(size)} at ${number(list[index].lmtPrice, places)}`);
  });
  if (isNumber(risk)) nodes.push(bar("Stop", risk, most, currency, `${quantity(total)}${isNumber(exit.auxPrice) && exit.orderType !== "TRAIL" ? ` at ${number(exit.auxPrice, places)}` : ", trailing"}`));
  bars.replaceChildren(...nodes.filter(Boolean));
  const gain = gains.reduce((sum, one) => sum + one, 0);
  const isWhole = isNumber(gain) && gain > 0 && risk < 0;
  const ratio = isWhole ? `If every target fills ${money(gain, currency)} is gained for ${money(-risk, currency)} at risk, ${number(gain / -risk, 1)} to 1, before commissions.` : "";
  note(find("#bracket-ratio"), ratio);
}

export function drawBracket(context) {
  rows().forEach((row, index) => {
    fill(row, { name: `Target ${index + 1}` });
    find("[data-error]", row).dataset.error = `/bracket/targets/${index}`;
    field(row, "lmtPrice").setAttribute("aria-label", `Price of target ${index + 1}`);
    field(row, "totalQuantity").setAttribute("aria-label", `Quantity of target ${index + 1}`);
    field(row, "totalQuantity").hidden = rows().length < 2;
    field(row, "totalQuantity").placeholder = quantity(quantities(context.total)[index]);
    find("button", row).setAttribute("aria-label", `Remove target ${index + 1}`);
  });
  const orderType = field(stop, "orderType").value;
  for (const node of findAll("[data-stop]", stop)) node.hidden = !node.dataset.stop.split(",").includes(orderType);
  const words = [rows().length && `${rows().length} target${rows().length > 1 ? "s" : ""}`, hasStop() && "a stop"].filter(Boolean).join(" and ");
  setText(find("[data-set]", fold), words);
  find("#target-add").hidden = rows().length >= MOST;
  find("#stop-add").hidden = hasStop();
  find("#bracket-tif").hidden = !hasBracket();
  if (hasBracket() && isNumber(context.entry) && isNumber(context.total)) drawBars(context);
  else bars.replaceChildren(), note(find("#bracket-ratio"), hasBracket() ? "Gain and risk are shown when the size and the prices are known." : "");
  return words;
}

export function resetBracket() {
  targets.replaceChildren();
  stop.hidden = true;
  clearFields(fold);
}

// One target and one stop at these prices, of what a command names.
export function setBracket({ target, stop: at } = {}) {
  const wasSet = hasBracket();
  resetBracket();
  if (target) targets.append(clone("bracket-target")), (field(targets.lastElementChild, "lmtPrice").value = target.toFixed(placesOf(target)));
  stop.hidden = !at;
  if (at) Object.assign(field(stop, "orderType"), { value: "STP" }), (field(stop, "auxPrice").value = at.toFixed(placesOf(at)));
  if ((target || at) && !wasSet) fold.open = true;
}

// True when the click was one of this fold's.
export function clickBracket(button) {
  const row = button.closest("#bracket-targets > li");
  if (button.id === "target-add") targets.append(clone("bracket-target")), field(targets.lastElementChild, "lmtPrice").focus();
  else if (button.id === "stop-add") (stop.hidden = false), field(stop, field(stop, "orderType").value === "TRAIL" ? "trailBy" : "auxPrice").focus();
  else if (button.id === "stop-remove") stop.hidden = true;
  else if (row && button.hasAttribute("data-remove")) row.remove();
  else return false;
  return true;
}
