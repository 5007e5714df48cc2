// Numbers and times as a trader reads them. Pure. Unknown is "—", never 0; minus is the true sign.
export const NONE = "—";

// IB's "unset" double is about 1.8e308.
export const isNumber = (value) => typeof value === "number" && Math.abs(value) < 1e300;

const formats = new Map();

function written(value, most, least, sign = "negative") {
  if (!isNumber(value)) return NONE;
  const key = most + sign;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: least, maximumFractionDigits: most, signDisplay: sign };
    formats.set(key, new Intl.NumberFormat("en-US", digits));
  }
  return formats.get(key).format(value).replace("-", "−");
}

export const number = (value, places = 2) => written(value, places, places);
export const signed = (value, places = 2) => written(value, places, places, "exceptZero");
// Sizes: up to 6 places, none when whole. 6 keeps their formats apart from the prices' ones.
export const quantity = (value) => written(value, 6, 0);
export const signedQuantity = (value) => written(value, 6, 0, "exceptZero");
export const percent = (share) => (isNumber(share) ? `${signed(share * 100)} %` : NONE);
export const money = (value, currency) => (isNumber(value) ? `${number(value)} ${currency ?? ""}`.trim() : NONE);

export const known = (text, title = "") => ({ text, title: text === NONE ? "IB has not sent this value yet" : title });
export const profit = (value, currency = "") => ({
  ...known(isNumber(value) ? `${signed(value)} ${currency}`.trim() : NONE),
  tone: value > 0 ? "up" : value < 0 ? "down" : "",
});

export function parse(text) {
  const clean = text.trim().replace("−", "-").replaceAll(",", "");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(clean) ? Number(clean) : NaN;
}

export function placesOf(minTick) {
  const [, fraction = ""] = (minTick || 0).toFixed(8).replace(/0+$/, "").split(".");
  return Math.max(2, fraction.length);
}

export const sentence = (text) => (text ? text.replace(/[.:]?\s*$/, ".") : "");

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

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

// "LMT 228.10", "STP LMT 228.10 stop 227.00", "MKT"
export function termsText({ orderType, lmtPrice, auxPrice }, places) {
  const limit = orderType.includes("LMT") ? ` ${number(lmtPrice, places)}` : "";
  const stop = orderType.includes("STP") ? `${limit && " stop"} ${number(auxPrice, places)}` : "";
  return orderType + limit + stop;
}

export const sideText = ({ action }) => (action === "SELL" ? "Sell" : "Buy");

// "Buy 100 AAPL LMT 228.10"
export const orderText = (order, symbol, places) =>
  `${sideText(order)} ${quantity(order.totalQuantity)} ${symbol} ${termsText(order, places)}`;

// "#7" once IB's number is known, the page's own id before.
export const orderName = ({ orderId, clientOrderId }) => (orderId ? `#${orderId}` : clientOrderId.slice(0, 11));
