"""Who may do what: one line per endpoint. What is not in the table is refused.

Nothing is decided here; `guards.py` asks the table for every request.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

NEVER = "never"
FOR_APPROVERS = "Only an approver or an admin can freeze the desk: it concerns everybody on it."
FOR_ADMINS = "Only an admin can kill: it stops everybody on the desk."
FOR_ADMINS_PAGES = "Only an admin sees this page."
FOR_AUDIT = "Only an approver or an admin can read the audit log."
BROWSER_ONLY = "No key may do this: sign in with a browser."


@dataclass(frozen=True, slots=True)
class Policy:
    """What a caller must show.

    `needs` is a scope, or `public` (nobody is asked), or `local` (nobody on this machine itself,
    the scope read from elsewhere). `key_needs` is what an API key must have instead, NEVER for
    pages that only a signed-in browser may use. `without_factor`: also open to somebody whose
    second factor is still missing where the desk asks for one. `is_stop`: in relay mode it stops
    the user's own agent alone, so that whoever trades may do it. `refusal` is said instead of the
    usual sentence.
    """

    needs: str
    key_needs: str = ""
    without_factor: bool = False
    is_stop: bool = False
    refusal: str = ""

    def needed(self, *, by_key: bool) -> str:
        return self.key_needs or self.needs if by_key else self.needs


PUBLIC = Policy("public")
LOCAL = Policy("local")
READ = Policy("read")
TRADE = Policy("trade")
TRADE_PAGE = replace(TRADE, key_needs=NEVER)
# Ways out of risk are open to whoever may trade, second factor or not.
EXIT = Policy("trade", without_factor=True)
FREEZE = Policy("approve", without_factor=True, is_stop=True, refusal=FOR_APPROVERS)
UNFREEZE = Policy("approve", is_stop=True, refusal=FOR_APPROVERS)
KILL = Policy("admin", without_factor=True, is_stop=True, refusal=FOR_ADMINS)
# What opens risk, or lets it be opened.
NEW_RISK = (TRADE, UNFREEZE)
AUDIT = Policy("approve", refusal=FOR_AUDIT)
AUDIT_PAGE = replace(AUDIT, key_needs=NEVER)
ADMIN = Policy("admin")
ADMIN_PAGE = Policy("admin", key_needs=NEVER, refusal=FOR_ADMINS_PAGES)
# One's own: everybody in a browser, by key only what an admin's key may.
OWN = Policy("read", key_needs="admin")
OWN_PAGE = Policy("read", key_needs=NEVER)
ENROL = replace(OWN_PAGE, without_factor=True)

POLICIES: dict[str, Policy] = {
    "static": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "health.metrics": LOCAL,
    # Signing in
    "auth.login": PUBLIC,
    "auth.sign_in": PUBLIC,
    "auth.code": PUBLIC,
    "auth.check_code": PUBLIC,
    "auth.invitation": PUBLIC,
    "auth.accept_invitation": PUBLIC,
    "auth.logout": ENROL,
    # Pages of everybody
    "pages.desk": READ,
    "pages.options": READ,
    "pages.orders": READ,
    "pages.order": READ,
    "pages.executions": READ,
    "pages.docs": READ,
    "pages.settings": READ,
    "profit.page": READ,
    "portfolio.page": READ,
    "pages.openapi": READ,
    "recorder.health": READ,
    # One's own account
    "account.page": ENROL,
    "account.change_password": ENROL,
    "account.close_session": ENROL,
    "account.close_other_sessions": ENROL,
    "account.enrol": ENROL,
    "account.confirm": ENROL,
    "account.remove_factor": OWN_PAGE,
    "account.make_key": OWN_PAGE,
    "account.revoke_key": ENROL,
    "account.make_agent_key": OWN_PAGE,
    "account.revoke_agent_key": ENROL,
    "account.take_over": TRADE_PAGE,
    # Pages of admins and approvers
    "people.users": ADMIN_PAGE,
    "people.invite": ADMIN_PAGE,
    "people.change": ADMIN_PAGE,
    "people.agents": ADMIN_PAGE,
    "setup.page": ADMIN_PAGE,
    "setup.change_password": ADMIN_PAGE,
    "setup.test": ADMIN_PAGE,
    "setup.save": ADMIN_PAGE,
    "setup.skip": ADMIN_PAGE,
    "audit.page": AUDIT_PAGE,
    # The API: reading
    "api.status": READ,
    "api.accounts": READ,
    "api.account": READ,
    "api.positions": READ,
    "api.pnl": READ,
    "api.messages": READ,
    "portfolio.protection": READ,
    "portfolio.portfolio": READ,
    "portfolio.as_csv": READ,
    "executions.executions": READ,
    "executions.as_csv": READ,
    "api.stock_quote": READ,
    "api.contracts": READ,
    "api.bars": READ,
    "chains.fetch_chain": READ,
    "chains.stop_chain": READ,
    "market_data.fetch_prices": READ,
    "market_data.watching": READ,
    "market_data.test_futures": READ,
    "market_data.resolve": READ,
    "market_data.sessions": READ,
    "strategies.strategy": READ,
    "watchlist.watchlist": READ,
    # It moves nothing at IB: a viewer may. A key that only reads changes nothing.
    "watchlist.keep": OWN,
    "presets.presets": READ,
    "presets.keep": OWN,
    "profit.profit": READ,
    "profit.profit_csv": READ,
    "orders.orders": READ,
    "order_history.page": READ,
    "order_history.as_csv": READ,
    "orders.order": READ,
    "recorder.events": READ,
    "recorder.why": READ,
    "exits.freeze_state": READ,
    "stream.stream": READ,
    "mission.status": READ,
    "mission.positions": READ,
    # The checklist before live trading: it places orders of its own, for everybody on the desk
    "checklists.page": READ,
    "checklists.report": READ,
    "checklists.checklist": READ,
    "checklists.start": ADMIN,
    # The API: trading
    "orders.place_order": TRADE,
    "mission.place_order": TRADE,
    "orders.dismiss_order": TRADE,
    "exits.modify_order": TRADE,
    "exits.cancel_all": EXIT,
    "exits.cancel_order": EXIT,
    "mission.cancel_order": EXIT,
    "exits.close_position": EXIT,
    "exits.flatten": EXIT,
    "exits.freeze": FREEZE,
    "exits.unfreeze": UNFREEZE,
    "exits.kill": KILL,
    # The API: people and keys
    "keys_api.sessions": READ,
    "keys_api.close_session": OWN,
    "keys_api.close_other_sessions": OWN,
    "keys_api.keys": READ,
    "keys_api.make_key": OWN,
    "keys_api.revoke_key": OWN,
    "keys_api.agent_keys": READ,
    "keys_api.make_agent_key": OWN,
    "keys_api.revoke_agent_key": OWN,
    "people_api.users": ADMIN,
    "people_api.change_user": ADMIN,
    "people_api.invite": ADMIN,
    "people_api.agents": ADMIN,
    "audit_api.entries": AUDIT,
    "audit_api.verify": AUDIT,
    "audit_api.export": AUDIT,
}
