// Numbers and times as a trader reads them. Pure. Unknown is "—", never 0; minus is the true sign.
export const NONE = "—";

// IB's "unset" double is about 1.8e308.
export const isNumber = (value) => typeof value === "number" && Math.abs(value) < 1e300;

const formats = new Map();

function written(value, most, least, sign = "negative") {
  if (!isNumber(value)) return NONE;
  const key = `${least}-${most}${sign}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: least, maximumFractionDigits: most, signDisplay: sign };
    formats.set(key, new Intl.NumberFormat("en-US", digits));
  }
  return formats.get(key).format(value).replace("-", "−");
}

export const number = (value, places = 2) => written(value, places, places);
export const signed = (value, places = 2) => written(value, places, places, "exceptZero");
// Sizes: up to 6 places, none when whole.
export const quantity = (value) => written(value, 6, 0);
export const signedQuantity = (value) => written(value, 6, 0, "exceptZero");
export const percent = (share) => (isNumber(share) ? `${signed(share * 100)} %` : NONE);
export const money = (value, currency) => (isNumber(value) ? `${number(value)} ${currency ?? ""}`.trim() : NONE);

export const known = (text, title = "") => ({ text, title: text === NONE ? "IB has not sent this value yet" : title });
export const profit = (value, currency = "") => ({
  ...known(isNumber(value) ? `${signed(value)} ${currency}`.trim() : NONE),
  tone: value > 0 ? "up" : value < 0 ? "down" : "",
});

const TYPED = /^-?((\d+|[1-9]\d{0,2}(,\d{3})+)(\.\d*)?|\.\d+)$/;

// A comma only parts thousands: "2,50" may mean 2.50, so it is no number.
export function parse(text) {
  const clean = text.trim().replace("−", "-");
  return TYPED.test(clean) ? Number(clean.replaceAll(",", "")) : NaN;
}

export function placesOf(minTick) {
  const [, fraction = ""] = (minTick || 0).toFixed(8).replace(/0+$/, "").split(".");
  return Math.max(2, fraction.length);
}

// "Order lmtPrice must be positive" beside that field: "Must be positive"
export const besideField = (detail) => detail.replace(/^(?:Order|Bracket) [\w.[\]]+(?: \([^)]*\))? m(?=ust )/, "M");
export const sentence = (text) => (text ? text.replace(/[.:]?\s*$/, ".") : "");

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

// "20261218" is "18 Dec 26", "202612" is "Dec 26"
export function expiryText(expiry) {
  const [, year, month, day] = /^\d\d(\d\d)(\d\d)(\d\d)?/.exec(expiry ?? "") ?? [];
  return month ? [Number(day) || "", MONTHS[month - 1], year].join(" ").trim() : "";
}

const optionText = ({ symbol, lastTradeDateOrContractMonth: expiry, strike, right }) =>
  [symbol, expiryText(expiry), quantity(strike), right?.[0]].filter(Boolean).join(" ");
// secType -> how its contracts are called; else by their symbol
const NAMES = {
  OPT: optionText,
  FOP: optionText,
  FUT: ({ symbol, localSymbol, lastTradeDateOrContractMonth: expiry }) => localSymbol || `${symbol} ${expiryText(expiry)}`.trim(),
  CASH: ({ symbol, currency, localSymbol }) => localSymbol || `${symbol}.${currency}`,
  CFD: ({ symbol }) => `${symbol} CFD`,
  BOND: ({ symbol, localSymbol }) => localSymbol || symbol,
  BAG: ({ name, symbol, comboLegs }) => name ?? `${symbol} combo of ${comboLegs?.length ?? "several"} legs`,
};

// A contract as people call it: "AAPL", "AAPL 18 Dec 26 150 C", "ESZ6", "EUR.USD"
export function contractText(contract) {
  const { symbol, localSymbol, conId, secType } = contract;
  if (!symbol && secType !== "BAG") return localSymbol || (conId ? `contract ${conId}` : "");
  return NAMES[secType]?.(contract) ?? symbol;
}

const two = (value) => String(value).padStart(2, "0");

export function clock(time, withMs = false) {
  const at = new Date(time ?? NaN);
  if (Number.isNaN(+at)) return NONE;
  const text = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  return withMs ? `${text}.${String(at.getMilliseconds()).padStart(3, "0")}` : text;
}

// Another day than today carries its date.
export function when(iso) {
  const at = new Date(iso);
  if (at.toDateString() === new Date().toDateString()) return clock(iso);
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock(iso)}`;
}

// "+0.2 ms", "+870 ms", "+12 s"
export const elapsed = (ms) => (ms < 10000 ? `+${number(ms, ms < 100 ? 1 : 0)} ms` : `+${duration(ms)}`);

// A local date and time of an input as the desk wants it, and back.
export const isoOf = (local) => (local ? new Date(local).toISOString().replace(/\.\d+/, "") : undefined);

export function localOf(iso) {
  const at = new Date(iso ?? NaN);
  return Number.isNaN(+at) ? "" : `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

// The word before a price; "" where the type says it.
const LIMIT_WORDS = { LMT: "", "STP LMT": "", LIT: "", LOC: "", LOO: "", "TRAIL LIMIT": "limit" };
const AUX_WORDS = { STP: "", MIT: "", "STP LMT": "stop", LIT: "trigger", TRAIL: "by", "TRAIL LIMIT": "by" };

// "LMT 228.10", "STP LMT 228.10 stop 227.00", "MKT", "TRAIL by 2 % from 225.00"
export function termsText(order, places) {
  const { orderType, algoStrategy } = order;
  const price = (name) => written(order[name], 8, places); // what is sent is never shown rounded
  const words = [
    ["lmtPrice", LIMIT_WORDS[orderType] ?? "at worst", price],
    ["auxPrice", AUX_WORDS[orderType] ?? "offset", price],
    ["trailingPercent", "by", (name) => `${quantity(order[name])} %`],
    ["trailStopPrice", "from", price],
    ["lmtPriceOffset", "limit offset", price],
  ].filter(([name]) => order[name] !== null && order[name] !== undefined);
  const terms = words.map(([name, word, write]) => [word, write(name)].filter(Boolean).join(" "));
  return [orderType, algoStrategy, ...terms].filter(Boolean).join(" ");
}

const SIDES = { BUY: "Buy", SELL: "Sell", SSHORT: "Sell short" };
export const sideText = ({ action }) => SIDES[action] ?? action;

// "Buy 100 AAPL LMT 228.10"
// name: the contract's words
export const orderText = (order, name, places) =>
  `${sideText(order)} ${quantity(order.totalQuantity)} ${name} ${termsText(order, places)}`;

// "#7" once IB's number is known, the page's own id before; of another program's the last digits, by which they differ.
export const orderName = ({ orderId, clientOrderId }) => (orderId ? `#${orderId}` : clientOrderId.replace(/^perm-\d+(?=\d{4}$)/, "perm…").slice(0, 11));

// The mode as buttons say it; in relay mode it is not known before the agent has said it.
export const modeText = () => (document.body.dataset.mode || "mode not known").toUpperCase();
