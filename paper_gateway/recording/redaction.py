"""Private texts replaced by others, the same text always by the same one.

May not know how a log is written. What is replaced:

- accounts: what managedAccounts names, what stands where an account stands, and every text of the
  form of an account number. All of them wherever they appear, also inside longer texts. The
  stand-in keeps the letters and the length (DU for paper, U for live), so that a client and the
  sleep workaround of a paper account see no difference.
- users: the operator and MiFID fields of orders, mail addresses and the names of home folders.
- hosts: IP addresses other than loopback, and names of a private network.
- references: orderRef and ocaGroup, in their fields only.
- hidden: any further words that the recording person names.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from paper_gateway.recording.places import Place, places_in

_MANAGED_ACCOUNTS = "15"
# U and F are live accounts (F an advisor's), D in front means paper, I an introducing broker's:
# the forms seen in public logs; five digits and more are a guess.
_ACCOUNT_FORM = r"(?<![A-Za-z0-9])D?[UFI][0-9]{5,9}(?![0-9])"
_STAND_IN_FORM = re.compile(r"([A-Za-z]{1,3})([0-9]+)")


class Private(StrEnum):
    """What can be replaced."""

    ACCOUNTS = "accounts"
    USERS = "users"
    HOSTS = "hosts"
    REFERENCES = "references"
    HIDDEN = "hidden"


_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HOME = re.compile(r"(?:(?<=/home/)|(?<=[/\\]Users[/\\]))[^/\\\0\s]+")
_ADDRESS = re.compile(r"(?<![\w.])(?!127\.)(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.])")
_DOTTED = re.compile(r"\.[0-9]{1,3}\.[0-9]{1,3}\.")
_PRIVATE_NETWORKS = (".local", ".lan", ".internal", ".intranet", ".corp", ".home")
_HOST = re.compile(
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*"
    r"\.(?:local|localdomain|lan|internal|intranet|corp|home)(?!\w)"
)


@dataclass(frozen=True, slots=True)
class _Form:
    """How something private looks. The pattern is tried only where the text gives a hint: most
    give none, and a hint is found many times faster."""

    kind: Private
    has_hint: Callable[[str], object]
    pattern: re.Pattern[str]


_FORMS = (
    _Form(Private.USERS, lambda text: "@" in text, _MAIL),
    _Form(Private.USERS, lambda text: "/home/" in text or "Users" in text, _HOME),
    _Form(Private.HOSTS, _DOTTED.search, _ADDRESS),
    _Form(Private.HOSTS, lambda text: any(each in text for each in _PRIVATE_NETWORKS), _HOST),
)
_OF_PLACE = {
    Place.ACCOUNT: Private.ACCOUNTS,
    Place.REFERENCE: Private.REFERENCES,
    Place.USER: Private.USERS,
}


class Redactor:
    """``kept`` is not replaced; ``hidden`` are further words to replace wherever they appear.

    One redactor for a whole log: it remembers every text that it has replaced.
    """

    def __init__(self, kept: Collection[Private] = (), hidden: Collection[str] = ()) -> None:
        self._hidden = frozenset(word for word in hidden if word)
        self.replaced = [kind for kind in Private if kind not in kept]
        if not self._hidden:
            self.replaced.remove(Private.HIDDEN)
        self._stand_ins: dict[Private, dict[str, str]] = {kind: {} for kind in Private}
        self._managed: list[str] = []
        self._forms: list[_Form] = []
        self._build_forms()

    def redact(self, fields: list[str], is_request: bool, version: int) -> list[str]:
        """The fields of one message without what is private."""
        if not is_request and fields[0] == _MANAGED_ACCOUNTS:
            self._learn(fields[2:3])
        # The texts first: a stand-in looks like what it stands for.
        redacted = self.redact_text("\0".join(fields)).split("\0")
        for index, place in places_in(fields, is_request, version):
            kind, field = _OF_PLACE.get(place), fields[index]
            if kind is Private.ACCOUNTS and (redacted[index] != field or not _is_account(field)):
                continue
            if kind in self.replaced and field:
                redacted[index] = self._stand_in(kind, field)
        return redacted

    def redact_text(self, text: str) -> str:
        """A text without what is private and can be told by its form."""
        for form in self._forms:
            if form.has_hint(text):
                text = form.pattern.sub(self._replacement(form.kind), text)
        return text

    def _replacement(self, kind: Private) -> Callable[[re.Match[str]], str]:
        return lambda match: self._stand_in(kind, match[0])

    def _stand_in(self, kind: Private, text: str) -> str:
        known = self._stand_ins[kind]
        if text not in known:
            number = len(known) + 1
            is_account = kind is Private.ACCOUNTS
            known[text] = _account(text, number) if is_account else f"{_SINGULAR[kind]}{number}"
        return known[text]

    def _learn(self, accounts: list[str]) -> None:
        """From now on these comma-separated accounts are replaced wherever they appear."""
        names = [name.strip() for text in accounts for name in text.split(",")]
        new = [name for name in names if name and name not in self._managed]
        if new:
            self._managed += new
            for name in new:
                self._stand_in(Private.ACCOUNTS, name)
            self._build_forms()

    def _build_forms(self) -> None:
        managed = sorted(self._managed, key=len, reverse=True)
        accounts = re.compile("|".join([*map(_managed_account, managed), _ACCOUNT_FORM]))
        words = sorted(self._hidden, key=len, reverse=True)
        hidden = re.compile("|".join(map(re.escape, words)))
        forms = (
            _Form(Private.HIDDEN, lambda _text: True, hidden),
            _Form(Private.ACCOUNTS, lambda _text: True, accounts),
            *_FORMS,
        )
        self._forms = [form for form in forms if form.kind in self.replaced]


def _is_account(field: str) -> bool:
    """Where an account stands there may also be a word such as All."""
    return re.fullmatch("[A-Za-z]+[0-9][A-Za-z0-9]*", field) is not None


def _managed_account(name: str) -> str:
    # With letters behind it is still that account: an advisor's all-accounts number ends in A.
    return re.escape(name) + "(?![0-9])" if name[-1].isdigit() else rf"\b{re.escape(name)}\b"


def _account(name: str, number: int) -> str:
    match = _STAND_IN_FORM.match(name)
    letters, digits = match.groups() if match else ("DU", "0000000")
    return f"{letters}{number:0{len(digits)}}"


_SINGULAR = {
    Private.USERS: "user",
    Private.HOSTS: "host",
    Private.REFERENCES: "ref",
    Private.HIDDEN: "hidden",
}
