// What the page knows: the last word about each order, position and quote. And who wants to hear
// of it: `tell` writes an event into the book, then calls the blocks. No network.
import { guard } from "./dom.js";
import { placesOf } from "./format.js";

export const book = {
  stream: "connecting", // its state
  status: null,
  account: null,
  pnl: null,
  positionsAsOf: null,
  positions: new Map(), // account/conId -> row
  orders: new Map(), // order key -> ORDER
  executions: new Map(), // execId -> row
  quotes: new Map(), // key of the contract -> QUOTE
  failed: {}, // kind of answer -> why it is missing
  contract: { symbol: "" }, // the chosen one
  skew: null, // the clock of desk or agent minus ours, ms; null: not known
};

export const now = () => Date.now() + book.skew;
export const currency = () => book.account?.summary.NetLiquidation?.currency;

const IDENTITY = ["symbol", "secType", "currency", "lastTradeDateOrContractMonth", "strike", "right"];
const legsOf = ({ comboLegs }) => comboLegs?.map(({ conId, ratio, action }) => `${action} ${ratio} ${conId}`).sort().join();
const named = (contract) => IDENTITY.map((name) => contract[name] || "").join("/");
// IB has one conId for all combos.
const contractKey = (contract) => legsOf(contract) ?? (contract.conId || named(contract));

// Whether both mean one contract; a symbol alone never does, an option has its stock's.
export function isSame(one, other) {
  return one.conId && other.conId ? contractKey(one) === contractKey(other) : (legsOf(one) ?? named(one)) === (legsOf(other) ?? named(other));
}

function wouldHear() {
  const { state, brokerLink } = book.status?.connections.data ?? {};
  return book.stream === "live" && state === "connected" && brokerLink !== "down";
}

// TWS tells positions when they change: where nothing is held, nothing gets old while we would hear.
export const positionsOldAfter = (isHeld) => (!isHeld && wouldHear() ? Infinity : undefined);
// It repeats account values every three minutes.
export const accountOldAfter = () => (wouldHear() ? 200000 : undefined);

const findSame = (rows, contract) => [...rows].find((row) => isSame(row.contract, contract));
export const quoteOf = (contract) => book.quotes.get(contractKey(contract)) ?? (contract.conId ? undefined : findSame(book.quotes.values(), contract));
// TWS gives no prices of it now and is asked again: what is known is from before.
export const isStopped = (quote) => Boolean(quote?.trouble?.retryAt);

// What the shown account holds of it, for the ticket trades in that one alone. While no account is
// known, what several hold is nobody's.
export function positionOf(contract) {
  const { account } = document.body.dataset;
  const held = [...book.positions.values()].filter(({ position }) => position);
  const isOfOne = new Set(held.map((row) => row.account)).size === 1;
  return findSame(account || !isOfOne ? held.filter((row) => row.account === account) : held, contract);
}

export const multiplierOf = (contract) => Number(contract.unit || contract.multiplier || quoteOf(contract)?.contract?.multiplier) || 1;
// What was paid for one piece: IB's average cost is a whole contract's.
export const averageOf = ({ avgCost, contract }) => avgCost && avgCost / multiplierOf(contract);
export const places = (contract) => placesOf(quoteOf(contract)?.minTick);

// A contract in a query; the desk knows the rest from its conId.
const QUERY = ["conId", "symbol", "secType", "exchange", "currency"];
const QUERY_UNKNOWN = [...QUERY, "primaryExchange", "lastTradeDateOrContractMonth", "strike", "right", "multiplier", "localSymbol", "tradingClass"];
export const queryOf = (contract) =>
  Object.fromEntries((contract.conId ? QUERY : QUERY_UNKNOWN).filter((name) => contract[name]).map((name) => [name, contract[name]]));

// How this browser called the combos it made: IB knows their legs only.
const COMBOS = "combos";
const MOST_COMBOS = 100;
const comboNames = () => JSON.parse(localStorage.getItem(COMBOS) ?? "{}");

export function nameCombo(contract) {
  const names = Object.entries({ ...comboNames(), [legsOf(contract)]: contract.name }).slice(-MOST_COMBOS);
  localStorage.setItem(COMBOS, JSON.stringify(Object.fromEntries(names)));
}

function called(order) {
  if (order.contract.comboLegs) order.contract.name ??= comboNames()[legsOf(order.contract)];
  return order;
}

// Orders of other programs may have no clientOrderId.
export const orderKey = (order) => order.clientOrderId || `perm-${order.permId || order.orderId}`;
const positionKey = ({ account, contract }) => `${account}/${contractKey(contract)}`;
const stamp = (row, field) => Date.parse(row?.[field] ?? 0);

// No answer takes so long: what is older than that was told after the desk's clock was set back.
const SLOWEST_MS = 60000;

// A slow answer may not undo a newer event.
function isOlder(known, row, field) {
  const late = stamp(known, field) - stamp(row, field);
  return late > 0 && late < SLOWEST_MS;
}

// An order may rest for hours before its stamp changes, and counts its own events. The stamp decides
// where the count began anew: another agent, another journal.
export function isOlderOrder(known, order) {
  if (known?.updatedAt === order.updatedAt) return known?.seq > order.seq;
  return known?.updatedAt > order.updatedAt && !(order.seq > known.seq);
}

// A quote's time is its last tick's: in a quiet market minutes lie between two of them. One whose
// time is still to come was told before the desk's clock was set back.
const isOlderQuote = (known, { time }) => known?.time > time && Date.parse(known.time) < now() + SLOWEST_MS;

// An engine's status has the time of its agent's machine, one of an agent that is away the desk's:
// two clocks do not say which was told later.
const clockOf = (status) => status?.accounts && (status.agent?.since ?? "");
const isOneClock = (known, status) => clockOf(known) === clockOf(status);

const isOlderBy = { updatedAt: isOlderOrder, time: isOlderQuote };

// False: the row is older than what is known.
function keep(map, key, row, field) {
  if ((isOlderBy[field] ?? isOlder)(map.get(key), row, field)) return false;
  map.set(key, row);
  return true;
}

// A full answer: rows it does not name are gone, unless an event brought them later.
function replace(map, rows, keyOf, field, asOf) {
  const named = new Set(rows.map(keyOf));
  for (const [key, row] of map) {
    if (!named.has(key) && stamp(row, field) <= Date.parse(asOf)) map.delete(key);
  }
  for (const row of rows) keep(map, keyOf(row), row, field);
}

// The same for what there is one of.
function keepOne(name, row, field) {
  if (isOlder(book[name], row, field)) return false;
  book[name] = row;
  return true;
}

// The page names its account before the first status does.
const isShown = ({ account }) => account === (book.status?.account || document.body.dataset.account || account);

const ahead = (time) => Date.parse(time) - Date.now();

const takes = {
  stream({ state }) {
    book.stream = state;
  },
  status(status, isStreamed) {
    const isComparable = isOneClock(book.status, status);
    if (isComparable && isOlder(book.status, status, "time")) return false;
    book.status = status;
    // The stream may tell an old one again: of that only an answer can set the clock back.
    book.skew = isStreamed && isComparable ? Math.max(book.skew ?? -Infinity, ahead(status.time)) : ahead(status.time);
  },
  account: (row) => isShown(row) && keepOne("account", row, "asOf"),
  pnl: (row) => isShown(row) && keepOne("pnl", row, "asOf"),
  position(row) {
    book.positionsAsOf &&= row.asOf; // one row is not the whole answer
    return keep(book.positions, positionKey(row), row, "asOf");
  },
  positions({ positions, asOf }) {
    book.positionsAsOf = asOf;
    replace(book.positions, positions.map((row) => ({ asOf, ...row })), positionKey, "asOf", asOf);
  },
  order: (order) => keep(book.orders, orderKey(order), called(order), "updatedAt"),
  // It takes no order away: the list may be cut, and its time may be another clock's than the orders'.
  orders({ orders }) {
    for (const order of orders.map(called)) keep(book.orders, orderKey(order), order, "updatedAt");
  },
  gone: (order) => void book.orders.delete(orderKey(order)),
  execution(row) {
    // An answer that was begun before the commission came does not take it back.
    if (row.commission === null && (book.executions.get(row.execId)?.commission ?? null) !== null) return false;
    book.executions.set(row.execId, row);
  },
  // The stream's own are in order.
  quote(quote, isStreamed) {
    const key = contractKey(quote.contract);
    if (!isStreamed) return keep(book.quotes, key, quote, "time");
    book.quotes.set(key, quote);
  },
};

const listeners = {};

// kinds: one or several, separated by blanks
export function on(kinds, listen) {
  for (const kind of kinds.split(" ")) (listeners[kind] ??= []).push(listen);
}

// Listeners get the data and, for an order, what was known before.
export function tell(kind, data, isStreamed = false) {
  const before = kind === "order" ? book.orders.get(orderKey(data)) : undefined;
  if (takes[kind]?.(data, isStreamed) === false) return;
  for (const listen of listeners[kind] ?? []) guard(listen, data, before);
}
