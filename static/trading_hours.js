// Whether a contract trades now, by the hours that IB tells for today and the days to come.
import { get } from "./api.js";
import { now, on, queryOf } from "./book.js";

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

// null: not known. Else {kind: regular, extended or closed, opensAt: ISO or undefined}
export function marketNow({ conId }) {
  const sessions = told.get(conId)?.sessions ?? [];
  const time = now();
  if (!sessions.some(({ end }) => Date.parse(end) > time)) return null;
  const open = sessions.find(({ start, end }) => Date.parse(start) <= time && time < Date.parse(end));
  const opensAt = sessions.find(({ start, kind }) => kind === "regular" && Date.parse(start) > time)?.start;
  return { kind: open?.kind ?? "closed", opensAt };
}

on("known", learnHours);
