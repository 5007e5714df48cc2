// The desk page: its blocks, and the contract that was chosen last.
import { find } from "./dom.js";
import { remembered, start } from "./live.js";
import "./account.js";
import "./chart.js";
import "./messages.js";
import "./orders.js";
import "./positions.js";
import "./ticket.js";
import "./watchlist.js";

if (find("#command")) import("./command_box.js"); // for whoever may trade
start(remembered());
