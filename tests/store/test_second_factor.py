"""The second factor: codes that change, count once, and cannot be guessed."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import Engine, select

from store.database import StoreError, transaction
from store.second_factor import GUESS_SECONDS, STEP_SECONDS, SecondFactor, TooManyGuesses
from store.tables import RECOVERY_CODES, SECOND_FACTORS
from store.users import User, Users
from tests.fakes import FakeClock


@pytest.fixture
def bob(users: Users) -> User:
    return users.add("bob", "secret")


@pytest.fixture
def factor(engine: Engine, clock: FakeClock) -> SecondFactor:
    clock.seconds = 1_795_185_010.0
    return SecondFactor(engine, clock)


class Phone:
    """The user's app; `steps` away from the server's clock."""

    def __init__(self, secret: str, clock: FakeClock) -> None:
        self._totp, self._clock = pyotp.TOTP(secret), clock

    def code(self, steps: int = 0) -> str:
        return self._totp.at(int(self._clock()) + steps * STEP_SECONDS)

    def wrong_code(self) -> str:
        right = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in map("{:06d}".format, range(9)) if code not in right)


@pytest.fixture
def phone(factor: SecondFactor, bob: User, clock: FakeClock) -> Phone:
    """The app of bob, whose second factor is on since a minute."""
    phone = Phone(factor.enrol(bob).secret, clock)
    factor.confirm(bob, phone.code())
    clock.pass_by(60)
    return phone


def test_it_is_on_after_a_first_code(factor: SecondFactor, bob: User, clock: FakeClock) -> None:
    enrolment = factor.enrol(bob)
    assert not factor.is_on(bob)
    assert factor.users_with() == set()
    codes = factor.confirm(bob, Phone(enrolment.secret, clock).code())
    assert factor.is_on(bob)
    assert factor.users_with() == {bob.user_id}
    assert len(set(codes)) == factor.recovery_codes_left(bob) == 10


def test_the_address_tells_an_app_what_it_needs(factor: SecondFactor, bob: User) -> None:
    enrolment = factor.enrol(bob)
    url = urlsplit(enrolment.url)
    assert (url.scheme, url.netloc) == ("otpauth", "totp")
    assert url.path.endswith(":bob")
    assert parse_qs(url.query)["secret"] == [enrolment.secret]


def test_a_wrong_first_code_changes_nothing(
    factor: SecondFactor, bob: User, clock: FakeClock
) -> None:
    phone = Phone(factor.enrol(bob).secret, clock)
    with pytest.raises(StoreError, match="wrong or was used already"):
        factor.confirm(bob, phone.wrong_code())
    assert not factor.is_on(bob)
    assert not factor.verify(bob, phone.code())
    assert factor.confirm(bob, phone.code())


def test_a_new_secret_replaces_one_that_was_never_confirmed(
    factor: SecondFactor, bob: User, clock: FakeClock
) -> None:
    old = Phone(factor.enrol(bob).secret, clock)
    new = Phone(factor.enrol(bob).secret, clock)
    with pytest.raises(StoreError):
        factor.confirm(bob, old.code())
    assert factor.confirm(bob, new.code())


def test_one_that_is_on_is_not_replaced(factor: SecondFactor, bob: User, phone: Phone) -> None:
    with pytest.raises(StoreError, match="on already. Remove it first"):
        factor.enrol(bob)
    with pytest.raises(StoreError, match="none waits for its first code"):
        factor.confirm(bob, phone.code())
    assert factor.verify(bob, phone.code())


@pytest.mark.parametrize(
    ("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(
    factor: SecondFactor, bob: User, phone: Phone, clock: FakeClock, steps: int, is_right: bool
) -> None:
    clock.pass_by(60)
    assert factor.verify(bob, phone.code(steps)) is is_right


def test_a_code_counts_once_and_none_before_it(
    factor: SecondFactor, bob: User, phone: Phone
) -> None:
    assert factor.verify(bob, phone.code())
    assert not factor.verify(bob, phone.code())
    assert not factor.verify(bob, phone.code(-1))
    assert factor.verify(bob, phone.code(1))


def test_the_first_code_does_not_count_again(
    factor: SecondFactor, bob: User, clock: FakeClock
) -> None:
    phone = Phone(factor.enrol(bob).secret, clock)
    factor.confirm(bob, phone.code())
    assert not factor.verify(bob, phone.code())


def test_of_two_who_show_one_code_at_once_one_is_right(
    factor: SecondFactor, bob: User, phone: Phone
) -> None:
    outcomes: list[bool] = []
    code = phone.code()
    threads = [
        threading.Thread(target=lambda: outcomes.append(factor.verify(bob, code))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [False, False, False, True]


@pytest.mark.parametrize(
    "code", ["", "12345", "0" * 500, "１２３４５６", "abc\0", "-", "é" * 6, "\ud800"]
)
def test_what_is_no_code_is_wrong(factor: SecondFactor, bob: User, phone: Phone, code: str) -> None:
    assert not factor.verify(bob, code)


def test_spaces_in_a_code_do_not_matter(factor: SecondFactor, bob: User, phone: Phone) -> None:
    code = phone.code()
    assert factor.verify(bob, f" {code[:3]} {code[3:]} ")


def test_a_recovery_code_counts_once(
    factor: SecondFactor, bob: User, clock: FakeClock, engine: Engine
) -> None:
    codes = factor.confirm(bob, Phone(factor.enrol(bob).secret, clock).code())
    with transaction(engine) as connection:
        kept = str(connection.execute(select(RECOVERY_CODES)).all())
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert factor.verify(bob, codes[3].upper())
    assert not factor.verify(bob, codes[3])
    assert factor.verify(bob, codes[4].replace("-", " "))
    assert factor.recovery_codes_left(bob) == 8


def test_after_five_wrong_codes_even_a_right_one_waits(
    factor: SecondFactor, bob: User, phone: Phone, clock: FakeClock, engine: Engine
) -> None:
    workers = [SecondFactor(engine, clock) for _ in range(5)]  # they share the count
    assert not any(worker.verify(bob, phone.wrong_code()) for worker in workers)
    with pytest.raises(TooManyGuesses, match="Try again in 300 seconds") as caught:
        factor.verify(bob, phone.code())
    assert caught.value.seconds == 300
    clock.pass_by(GUESS_SECONDS)
    assert factor.verify(bob, phone.code())


def test_a_right_code_ends_the_count(
    factor: SecondFactor, bob: User, phone: Phone, clock: FakeClock
) -> None:
    for _ in range(3):
        for _ in range(4):
            assert not factor.verify(bob, phone.wrong_code())
        assert factor.verify(bob, phone.code())
        clock.pass_by(STEP_SECONDS)


def test_guesses_about_one_user_do_not_stop_another(
    factor: SecondFactor, bob: User, phone: Phone, users: Users, clock: FakeClock
) -> None:
    ann = users.add("ann", "secret")
    other = Phone(factor.enrol(ann).secret, clock)
    for _ in range(5):
        factor.verify(bob, phone.wrong_code())
    assert factor.confirm(ann, other.code())


def test_wrong_first_codes_are_counted_too(
    factor: SecondFactor, bob: User, clock: FakeClock
) -> None:
    phone = Phone(factor.enrol(bob).secret, clock)
    for _ in range(5):
        with pytest.raises(StoreError, match="wrong"):
            factor.confirm(bob, phone.wrong_code())
    with pytest.raises(TooManyGuesses):
        factor.confirm(bob, phone.code())


def test_the_user_removes_it_with_a_code(factor: SecondFactor, bob: User, phone: Phone) -> None:
    with pytest.raises(StoreError, match="wrong"):
        factor.remove(bob, phone.wrong_code())
    assert factor.is_on(bob)
    factor.remove(bob, phone.code())
    assert not factor.is_on(bob)
    assert factor.recovery_codes_left(bob) == 0
    with pytest.raises(StoreError, match="not switched on"):
        factor.remove(bob, phone.code())


def test_an_admin_removes_it_without(
    factor: SecondFactor, bob: User, phone: Phone, engine: Engine
) -> None:
    factor.remove_as_admin(bob)
    assert not factor.is_on(bob)
    with transaction(engine) as connection:
        assert connection.execute(select(SECOND_FACTORS)).all() == []


def test_without_it_no_code_is_right(factor: SecondFactor, bob: User) -> None:
    assert not factor.verify(bob, "000000")
