// The desk page: its blocks, and the contract that was chosen last.
import { remembered, start } from "./live.js";
import "./account.js";
import "./chart.js";
import "./command_box.js";
import "./connections.js";
import "./freeze.js";
import "./messages.js";
import "./order_news.js";
import "./orders.js";
import "./positions.js";
import "./ticket.js";
import "./watchlist.js";

start(remembered());
