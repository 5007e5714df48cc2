// The expert's command line, read. Pure: text in, an order for the ticket or a sentence out.
//
//   command = side symbol size {part}      the size may stand before the symbol: buy 100 AAPL
//   side    = buy | sell
//   part    = "@" price | lmt price        a limit order; the price may be bid, mid or ask
//           | mkt | moc                    at the market, at the close
//           | stp price                    a stop; with a limit price too, a stop limit
//           | trail amount[%]              a trailing stop
//           | day | gtc | ioc | fok        time in force
//           | bracket {"+" amount[%] | "-" amount[%]}
//                                          a profit target and a stop, so far from the order's price:
//                                          + is where it gains, - where it loses, buying or selling
//   numbers have a point and no commas; capitals do not matter; a symbol of two words stands in "quotes"
//
// Without a price it is a limit order whose price the ticket takes from the quote.
// A word that is not understood spoils the whole: half an order is worse than none.

const SIDES = { buy: "BUY", b: "BUY", sell: "SELL", s: "SELL" };
const ALONE = { mkt: "MKT", market: "MKT", moc: "MOC" };
const PRICED = { "@": "lmtPrice", lmt: "lmtPrice", limit: "lmtPrice", stp: "auxPrice", stop: "auxPrice" };
const QUOTED = new Set(["bid", "mid", "ask"]);
const TIFS = new Set(["day", "gtc", "ioc", "fok"]);
const NUMBER = /^(\d+\.?\d*|\.\d+)$/;
const OFFSET = /^([+-])(\d+\.?\d*|\.\d+)(%?)$/;
const TYPES = [
  // what is given -> the order type
  [({ trail }) => trail, "TRAIL"],
  [({ alone }) => alone, ({ alone }) => alone],
  [({ lmtPrice, auxPrice }) => lmtPrice && auxPrice, "STP LMT"],
  [({ auxPrice }) => auxPrice, "STP"],
];

const isNumber = (word) => NUMBER.test(word ?? "");
const placesOf = (text) => Math.max(2, text.split(".")[1]?.length ?? 0);
const wordsOf = (text) => text.replace(/@/g, " @ ").match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "")) ?? [];

class Unread extends Error {}
const fail = (text) => {
  throw new Unread(text);
};

function price(name, word) {
  if (isNumber(word) && Number(word) > 0) return word;
  return fail(word === undefined ? `“${name}” needs a price behind it.` : word.includes(",") ? `Write ${word} with a point and without commas.` : `“${word}” is no price for “${name}”.`);
}

function once(found, name, value, word) {
  if (found[name] !== undefined) fail(`“${word}” says again, or otherwise, what was said before.`);
  found[name] = value;
}

function readOffsets(words, found) {
  const taken = {};
  for (let match; (match = OFFSET.exec(words[0] ?? "")); words.shift()) once(taken, match[1], { by: Number(match[2]), isPercent: match[3] === "%", text: match[2] }, words[0]);
  if (!taken["+"] && !taken["-"]) fail("“bracket” needs +gain, -loss or both behind it, such as bracket +2 -1.");
  if (Object.values(taken).some(({ by }) => !by)) fail("A bracket's prices must be away from the order's: more than 0.");
  once(found, "bracket", taken, "bracket");
}

// A price of the quote is asked for first: `known` is what it is by then.
function readQuoted(name, side, known, found) {
  found.wants = side;
  if (known) once(found, "lmtPrice", known, name);
}

function readPart(word, words, found, known) {
  const low = word.toLowerCase();
  const side = words[0]?.toLowerCase();
  if (PRICED[low] === "lmtPrice" && QUOTED.has(side)) return readQuoted(low, words.shift() && side, known, found);
  if (PRICED[low]) return once(found, PRICED[low], price(word, words.shift()), word);
  if (ALONE[low]) return once(found, "alone", ALONE[low], word);
  if (TIFS.has(low)) return once(found, "tif", low.toUpperCase(), word);
  if (low === "bracket") return readOffsets(words, found);
  if (low !== "trail") return fail(`“${word}” is not understood.`);
  const by = words.shift() ?? "";
  const isPercent = by.endsWith("%");
  once(found, "trail", { [isPercent ? "trailingPercent" : "auxPrice"]: Number(price(word, isPercent ? by.slice(0, -1) : by || undefined)) }, word);
}

function typeOf(found) {
  if ([found.alone, found.trail, found.lmtPrice ?? found.auxPrice].filter(Boolean).length > 1) fail("That is more than one order type.");
  const type = TYPES.find(([fits]) => fits(found))?.[1] ?? "LMT";
  return typeof type === "string" ? type : type(found);
}

// From the entry towards gain (+) or loss (-), on the entry's digits.
function away(entry, action, sign, { by, isPercent, text }) {
  const from = Number(entry);
  const way = (sign === "+" ? 1 : -1) * (action === "BUY" ? 1 : -1);
  const value = Number((from + way * (isPercent ? (from * by) / 100 : by)).toFixed(Math.max(placesOf(entry), isPercent ? 0 : placesOf(text))));
  return value > 0 ? value : fail("The bracket would reach a price of 0 or below.");
}

function bracketOf({ bracket, lmtPrice, auxPrice }, action) {
  if (!bracket) return undefined;
  const entry = lmtPrice ?? auxPrice ?? fail("A bracket is counted from the order's price: give one with @.");
  return Object.fromEntries([["target", "+"], ["stop", "-"]].filter(([, sign]) => bracket[sign]).map(([name, sign]) => [name, away(entry, action, sign, bracket[sign])]));
}

function read(text, known) {
  const [side, first, second, ...words] = wordsOf(text);
  if (!side) fail("Type an order, such as: buy AAPL 100 @ 228.10 day.");
  const action = SIDES[side.toLowerCase()] ?? fail(`It begins with buy or sell, not “${side}”.`);
  const [symbol, size] = isNumber(first) && !isNumber(second) ? [second, first] : [first, second];
  if (!symbol) fail("Which symbol, and how many?");
  if (!(isNumber(size) && Number(size) > 0)) fail(size === undefined ? `How many ${symbol}?` : `“${size}” is no size. Write digits, without commas.`);
  const found = {};
  while (words.length) readPart(words.shift(), words, found, known);
  if (found.wants && !known) return { symbol: symbol.toUpperCase(), wants: found.wants };
  const { lmtPrice, auxPrice, trail, tif = "DAY" } = found;
  const prices = Object.fromEntries(Object.entries({ lmtPrice, auxPrice }).filter(([, value]) => value).map(([name, value]) => [name, Number(value)]));
  return { symbol: symbol.toUpperCase(), order: { action, totalQuantity: Number(size), orderType: typeOf(found), ...prices, ...trail, tif }, bracket: bracketOf(found, action) };
}

// {symbol, order, bracket: {target?, stop?} or undefined}, or {wrong: a sentence}, or, of an order at
// a price of the quote, {symbol, wants: "bid", "mid" or "ask"}: read it again with that price, a text
export function parseCommand(text, known) {
  try {
    return read(text.trim(), known);
  } catch (problem) {
    if (problem instanceof Unread) return { wrong: problem.message };
    throw problem;
  }
}
