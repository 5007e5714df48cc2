// What every page has for somebody signed in: the stream, the connections, the stops, news, keys and
// the clock. base.html loads it before the page's own script.
import { get } from "../core/api.js";
import { book, now, on, tell } from "../core/book.js";
import "./clock.js";
import "./connections.js";
import { find, findAll, setAge } from "../core/dom.js";
import "./keys.js";
import "./order_news.js";
import "./page_title.js";
import "./stops.js";
import { connect } from "./stream.js";

const HELLO_WAIT_MS = 400;

// The stream tells the status as well. When somebody else has signed in from another tab, what this
// page shows is not theirs.
const ask = () =>
  get("/status").then(
    (status) => (status.user.name === document.body.dataset.user ? tell("status", status) : location.reload()),
    () => {},
  );

on("hello", ask);
// What the server wrote into a page keeps the time when it did.
on("tick", () => {
  for (const { parentElement, dataset } of findAll("[data-as-of]")) setAge(parentElement, dataset.asOf, now());
});

// By then the page's own script listens, too.
addEventListener("DOMContentLoaded", () => {
  connect();
  setTimeout(() => book.status || ask(), HELLO_WAIT_MS);
  setInterval(tell, 1000, "tick");
});

// A menu closes like everything else: by Esc, and by a click beside it.
function closeMenus(event) {
  const isKey = event.type === "keydown";
  if (isKey && (event.key !== "Escape" || find("dialog[open]"))) return;
  for (const menu of findAll("details.menu[open]")) {
    if (!isKey && menu.contains(event.target)) continue;
    menu.open = false;
    if (isKey) find("summary", menu).focus();
  }
}

addEventListener("keydown", closeMenus);
addEventListener("click", closeMenus);
