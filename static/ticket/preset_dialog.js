// The dialog of presets: keep the ticket as it stands under a name, or delete one. Loaded when first
// needed; it sends no order.
import { clone, fill, find, note, setText } from "../core/dom.js";
import { isNumber, quantity } from "../core/format.js";
import { TYPES } from "../orders/order_fields.js";
import { readBracket } from "./bracket.js";
import { choosePreset, keepPresets, known } from "./presets.js";
import { fields, typed, unit, UNITS } from "./size.js";

const dialog = find("#preset-dialog");
const form = find("form", dialog);
const { presetName, presetDefault, distanceUnit } = form.elements;
let entry = NaN; // what a bracket's distances are counted from

const say = (text, tone = "error") => note(find("#preset-notice"), text, tone);
const isNamed = ({ name }) => name === presetName.value.trim();

function away(price) {
  const by = Math.abs(price - entry) * (distanceUnit.value === "percent" ? 100 / entry : 1);
  return isNumber(by) && by ? Number(by.toFixed(6)) : null;
}

function draft() {
  const { orderType, algoStrategy = null } = TYPES[fields.orderType.value];
  const { targets, stop } = readBracket(NaN) ?? {};
  return {
    name: presetName.value.trim(),
    secType: known.kind,
    isDefault: presetDefault.checked,
    size: typed() > 0 ? typed() : null,
    sizeUnit: unit(),
    orderType,
    algoStrategy,
    tif: fields.tif.value,
    outsideRth: fields.outsideRth.checked,
    targetBy: away(targets?.[0].lmtPrice),
    stopBy: away(stop?.auxPrice),
    distanceUnit: distanceUnit.value,
  };
}

function words({ size, sizeUnit, orderType, algoStrategy, tif, outsideRth, targetBy, stopBy, distanceUnit: way }) {
  const by = (name, value) => value && `${name} ${quantity(value)}${way === "percent" ? " %" : ""} away`;
  const amount = size && UNITS[sizeUnit].words(size, "money").replace(/ (of|in)$/, "");
  return [[amount, orderType, algoStrategy, tif].filter(Boolean).join(" "), outsideRth && "outside hours", by("target", targetBy), by("stop", stopBy)].filter(Boolean).join(", ");
}

function draw() {
  const { presets, kind } = known;
  const items = presets.map((one) => {
    const item = clone("preset-item", { name: one.name, about: `${one.secType}${one.isDefault ? ", default" : ""}: ${words(one)}` });
    const remove = find("button", item);
    remove.setAttribute("aria-label", `Delete ${one.name}`);
    remove.addEventListener("click", () => keep(presets.filter((other) => other !== one), `${one.name} is deleted.`));
    return item;
  });
  find("#preset-list").replaceChildren(...items);
  find("#preset-distance").hidden = !readBracket(NaN);
  fill(form, { now: words(draft()), kind });
  setText(find("#preset-save"), presets.some(isNamed) ? "Replace" : "Save");
}

async function keep(next, done) {
  try {
    await keepPresets(next);
    say(done, "ok");
  } catch (problem) {
    say(`Not kept: ${problem.message}`);
  }
  draw();
}

export function openPresets(from) {
  entry = from;
  form.reset();
  presetName.value = known.current.name;
  presetDefault.checked = known.current.isDefault;
  distanceUnit.value = known.current.distanceUnit ?? "price";
  say("");
  draw();
  dialog.showModal();
}

form.addEventListener("input", draw);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const made = draft();
  // Each kind of contract has one default.
  const rest = known.presets.filter((one) => !isNamed(one)).map((one) => (made.isDefault && one.secType === made.secType ? { ...one, isDefault: false } : one));
  await keep([...rest, made], `${made.name} is kept.`);
  if (known.presets.some(isNamed)) choosePreset(made.name);
});
