// What the user switched on or off in this browser, on the settings page.
const USUAL = { keys: "on", toasts: "on", sounds: "off", notifications: "off" };

export function isOn(name) {
  try {
    return (localStorage.getItem(name) ?? USUAL[name]) === "on";
  } catch {
    return USUAL[name] === "on"; // storage is switched off
  }
}
