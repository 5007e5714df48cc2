// The list of what IB said.
import { on } from "../core/book.js";
import { find } from "../core/dom.js";
import { messageItem } from "./ib_messages.js";
import { announce } from "../core/notices.js";

const MOST = 200;

const list = find("#messages");
const seen = new Set();

function add(message) {
  const key = `${message.time}/${message.code}/${message.text}`;
  if (seen.has(key)) return;
  seen.add(key);
  const older = [...list.children].find((item) => item.dataset.time <= message.time);
  list.insertBefore(messageItem(message), older ?? null);
  if (list.children.length > MOST) list.lastElementChild.remove();
  find("#messages-note").hidden = true;
}

on("message", add);
on("orders", ({ orders }) => orders.forEach((order) => order.messages.forEach(add)));
on("bye", () => announce("The desk is stopping."));
