// The header's clock: the exchange's time, and the session of the contract that the page is about.
// What is not known of a session is not guessed: then it is the time of New York alone.
import { book, now, on } from "../core/book.js";
import { fill, find } from "../core/dom.js";
import { clock, contractText } from "../core/format.js";

const NEW_YORK = "America/New_York";
const NEAR_MS = 172800000; // later than that a day says more than hours

const root = find("#clock");
let zone; // of the exchange
let written;
let day;
let sessions = [];

function setZone(timeZone) {
  zone = timeZone;
  written = new Intl.DateTimeFormat("en-US", { timeZone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short" });
  day = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short", hour: "2-digit", minute: "2-digit" });
}

function within(ms) {
  const minutes = Math.max(1, Math.round(ms / 60000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return hours ? `${hours}h${String(rest).padStart(2, "0")}` : `${rest}m`;
}

const at = (time, from) => (time - from < NEAR_MS ? `in ${within(time - from)}` : day.format(time));

// What follows a session at once is one session.
function session(time) {
  const current = sessions.find(({ from, to }) => from <= time && time < to);
  let end = current?.to;
  for (const { kind, from, to } of sessions) if (kind === current?.kind && from >= end && from - end <= 60000) end = to;
  if (current?.kind === "regular") return `regular hours, until ${at(end, time)}`;
  const next = sessions.find(({ kind, from }) => kind === "regular" && from > time);
  return `${current ? "extended hours" : "closed"}${next ? `, regular hours from ${at(next.from, time)}` : ""}`;
}

function draw() {
  const time = now();
  const text = written.format(time).replace(/E[SD]T$/, "ET");
  fill(root, {
    time: { text, title: `Here ${clock(time)} · ${new Date(time).toISOString()} · exchange: ${zone}` },
    session: sessions.length ? `· ${contractText(book.contract)} ${session(time)}` : "",
  });
}

setZone(NEW_YORK);
on("contract", () => {
  sessions = [];
  setZone(NEW_YORK);
});
// Of the chosen contract: {sessions, timeZone} as the desk's answer about its bars has them
on("sessions", (known) => {
  sessions = known.sessions.map((one) => ({ ...one, from: Date.parse(one.start), to: Date.parse(one.end) }));
  setZone(known.timeZone ?? NEW_YORK);
  draw();
});
on("tick", draw);
draw();
