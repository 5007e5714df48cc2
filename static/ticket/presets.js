// Presets: named defaults for a kind of contract, kept by the desk for each user. A preset fills the
// ticket; it never sends, and never changes what was set by hand after it.
import { call, get } from "../core/api.js";
import { find } from "../core/dom.js";
import { isNumber } from "../core/format.js";
import { resetBracket, setBracket } from "./bracket.js";
import { fields, showUnit } from "./size.js";

const PLAIN = { name: "", size: 100, sizeUnit: "shares", orderType: "LMT", tif: "DAY", outsideRth: false };
const PART_OF = { totalQuantity: "size", sizeUnit: "size" };

const select = find("#preset");
const byHand = new Set(); // what was set by hand since the preset was taken
let isBegun = false; // somebody works on this order: presets that come late fill nothing
export const known = { presets: [], kind: "STK", current: PLAIN };

export const setBegun = () => (isBegun = true);
export function setByHand(name) {
  byHand.add(PART_OF[name] ?? name);
  setBegun();
}
// Five times this is a slip of the finger, as TWS has it.
export const usualSize = ({ current, kind } = known) => (current.sizeUnit === "shares" && (current.name || kind === "STK") ? current.size : NaN);

function take(current) {
  known.current = current;
  const own = known.presets.filter(({ secType }) => secType === known.kind);
  select.replaceChildren(new Option("No preset", ""), ...own.map(({ name }) => new Option(name, name)));
  select.value = current.name;
}

function fillIn() {
  const { size, sizeUnit, orderType, algoStrategy, tif, outsideRth, targetBy, stopBy } = known.current;
  const isFree = (name) => !byHand.has(name);
  if (isFree("size")) {
    fields.sizeUnit.value = sizeUnit;
    showUnit();
    if (size) fields.totalQuantity.value = size;
  }
  if (isFree("orderType")) fields.orderType.value = [orderType, algoStrategy].filter(Boolean).join(" ");
  if (isFree("tif")) fields.tif.value = tif;
  if (isFree("outsideRth")) fields.outsideRth.checked = outsideRth;
  if (isFree("bracket") && (targetBy || stopBy)) resetBracket();
}

// The ticket begins with a contract of this kind: with the preset in use if it is for that, else with
// the kind's default.
export function begin(secType = known.kind) {
  const { name } = known.current;
  const own = known.presets.filter((one) => one.secType === secType);
  known.kind = secType;
  take(own.find((one) => one.name === name) ?? own.find(({ isDefault }) => isDefault) ?? PLAIN);
  if (name || known.current.name) fillIn();
}

// Symbol and side stay; everything else is as at first.
export function startAnew() {
  byHand.clear();
  isBegun = false;
  begin();
  fillIn();
}

// A bracket's prices keep their distance from the order's own until they are set by hand.
export function placeBracket({ entry, sign, tick }) {
  const { targetBy, stopBy, distanceUnit } = known.current;
  if (!(targetBy || stopBy) || byHand.has("bracket") || !isNumber(entry)) return;
  const away = (by, way) => by && Math.round((entry + way * sign * (distanceUnit === "percent" ? (entry * by) / 100 : by)) / tick) * tick;
  setBracket({ target: away(targetBy, 1), stop: away(stopBy, -1) });
}

export function choosePreset(name) {
  byHand.clear();
  take(known.presets.find((one) => one.name === name) ?? PLAIN);
  fillIn();
}

export async function keepPresets(presets) {
  Object.assign(known, await call("PUT", "/presets", { presets }));
  take(known.presets.find(({ name }) => name === known.current.name) ?? PLAIN);
}

// taken: told when another preset has filled the ticket; entryOf: what bracket prices are counted from
export async function startPresets(taken, entryOf) {
  select.addEventListener("change", () => {
    choosePreset(select.value);
    taken();
  });
  find("#preset-edit").addEventListener("click", async () => {
    const { openPresets } = await import("./preset_dialog.js");
    openPresets(entryOf());
  });
  try {
    Object.assign(known, await get("/presets"));
    if (isBegun) return take(known.current);
    begin();
    if (known.current.name) taken();
  } catch {
    select.title = "Your presets could not be read. Reload the page to try again.";
  }
}
