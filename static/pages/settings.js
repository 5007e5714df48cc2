// The settings page: what is chosen applies at once and is kept by this browser.
import { find, findAll, note } from "../core/dom.js";
import { isOn } from "../core/preferences.js";
import { play } from "../shell/tones.js";

const form = find("#settings");
const { dataset } = document.documentElement;
const ask = find("#ask");
const NAMES = new Set([...form.elements].map(({ name }) => name).filter(Boolean));
const PERMISSIONS = {
  granted: ["This browser lets the desk notify you.", "ok"],
  denied: ["This browser refuses notifications of the desk. Allow them in the browser's settings of this site.", "warn"],
  default: ["The browser has to allow it once: press the button.", ""],
  missing: ["This browser shows notifications only over https or on this machine itself.", "warn"],
};

const permission = () => globalThis.Notification?.permission ?? "missing";

function show() {
  for (const node of form.elements) {
    if (node.type === "radio") node.checked = dataset[node.name] === node.value;
    if (node.type === "checkbox") node.checked = isOn(node.name);
  }
  note(find("#permission"), ...PERMISSIONS[permission()]);
  ask.hidden = permission() !== "default";
}

function keep(name, value) {
  localStorage.setItem(name, value);
  dispatchEvent(new Event("storage"));
  note(find("#kept"), "Kept in this browser.", "ok");
}

form.addEventListener("change", ({ target: { name, type, value, checked } }) => keep(name, type === "checkbox" ? (checked ? "on" : "off") : value));
form.addEventListener("reset", (event) => {
  event.preventDefault();
  for (const name of NAMES) localStorage.removeItem(name);
  dispatchEvent(new Event("storage"));
  note(find("#kept"), "Everything is as in the beginning.", "ok");
});
ask.addEventListener("click", async () => {
  if ((await Notification.requestPermission()) === "granted") keep("notifications", "on");
  show();
});
for (const button of findAll("[data-tone-of]", form)) button.addEventListener("click", () => play(button.dataset.toneOf));
addEventListener("storage", show);
document.addEventListener("themechange", show);
show();
