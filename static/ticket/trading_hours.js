// What is asked before an order leaves: whether real money is meant, and a market order while its
// contract does not trade, by the hours that IB tells for today and the days to come.
import { get } from "../core/api.js";
import { now, on, queryOf } from "../core/book.js";
import { when } from "../core/format.js";
import { confirm } from "../core/notices.js";

const KEPT_MS = 6 * 3600 * 1000;

const told = new Map(); // conId -> {at, sessions}

export async function learnHours({ conId, comboLegs, ...contract }) {
  if (!conId || comboLegs || now() - told.get(conId)?.at < KEPT_MS) return;
  told.set(conId, { at: now(), sessions: [] });
  try {
    const { sessions } = await get("/trading-sessions", queryOf({ conId, ...contract }));
    told.get(conId).sessions = sessions;
  } catch {
    told.delete(conId); // asked again with the next preview
  }
}

// A sentence; "" when the market is open, its hours are not known, or the order waits for its time.
export function outOfHours({ conId }, { orderType, tif, goodAfterTime }) {
  const sessions = told.get(conId)?.sessions ?? [];
  const time = now();
  const isAhead = (iso) => Date.parse(iso) > time;
  if (orderType !== "MKT" || tif === "OPG" || goodAfterTime || !sessions.some(({ end }) => isAhead(end))) return "";
  const open = sessions.find(({ start, end }) => !isAhead(start) && isAhead(end));
  if (open?.kind === "regular") return "";
  const opens = sessions.find(({ start, kind }) => kind === "regular" && isAhead(start));
  return `The market is ${open ? "outside regular hours" : "closed"}.${opens ? ` Regular hours begin ${when(opens.start)}.` : ""} A market order takes whatever price comes then.`;
}

// whole: the order in words; closed: a sentence of outOfHours
export async function isMeant(whole, closed) {
  const { account, mode } = document.body.dataset;
  const isLive = mode !== "paper";
  if (!isLive && !closed) return true;
  const title = isLive ? `Send a LIVE order to account ${account}?` : "Send a market order now?";
  const text = `${whole}, account ${account}. ${isLive ? "This is real money. " : ""}${closed}`.trim();
  return confirm(title, text, isLive ? `Send the LIVE order to ${account}` : "Send it anyway");
}

on("known", learnHours);
