// The desk page: its blocks, and the contract that was chosen last.
import { find } from "../core/dom.js";
import { remembered, start } from "../core/live.js";
import "../account/tiles.js";
import "../market/chart.js";
import "../orders/messages.js";
import "../orders/orders.js";
import "../account/positions.js";
import "../ticket/ticket.js";
import "../market/watchlist.js";

if (find("#command")) import("../ticket/command_box.js"); // for whoever may trade
start(remembered());
