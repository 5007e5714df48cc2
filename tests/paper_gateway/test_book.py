"""The book: orders found by both their names, ids that only rise."""

from ib_async import LimitOrder

from paper_gateway.book import Book, Saved
from paper_gateway.orders import Order, Status
from tests.paper_gateway.wire_client import Desk


def book_with(*client_ids: int) -> Book:
    """A book with order 1 of each client."""
    desk = Desk()
    for client_id in client_ids:
        desk.connect(client_id).place(1, LimitOrder("BUY", 1, 50.0))
    return desk.hub.book


def test_an_order_is_found_by_its_client_and_id() -> None:
    book = book_with(1, 2)
    found = book.find(2, 1)
    assert found is not None
    assert (found.client_id, book.find(3, 1)) == (2, None)


def test_a_done_order_stays_in_the_book_until_the_day_ends() -> None:
    book = book_with(1, 2)
    first = book.open_orders(1)[0]
    first.status = Status.CANCELLED
    book.close(first)
    assert (book.open_orders(1), book.completed_orders()) == ([], [first])
    assert book.find(1, 1) is first
    book.start_day()
    assert (book.find(1, 1), len(book.open_orders())) == (None, 1)


def test_order_ids_only_rise() -> None:
    book = Book()
    book.take_order_id(7, 41)
    book.take_order_id(7, 3)
    assert (book.next_order_id(7), book.next_order_id(8)) == (42, 1)


def test_numbers_go_on_from_what_was_saved() -> None:
    book = Book(Saved(next_order_ids=((7, 9),), last_perm_id=100, last_execution=5))
    numbers = (book.next_order_id(7), book.new_perm_id(), book.new_execution_number())
    assert numbers == (9, 101, 6)


def test_ids_that_were_rolled_back_find_no_done_order_any_more() -> None:
    desk = Desk()
    client = desk.connect(7)
    for order_id in (1, 2, 3):
        client.place(order_id, LimitOrder("BUY", 1, 50.0, tif="DAY"))
    client.cancel(1)
    client.cancel(2)
    book = desk.hub.book
    assert book.roll_back_ids(2) == {7: 2}
    first, second, third = (book.find(7, order_id) for order_id in (1, 2, 3))
    assert (first is not None, second, third is not None) == (True, None, True)
    assert (book.next_order_id(7), len(book.orders)) == (2, 3)


def twins() -> tuple[Book, list[Order]]:
    """A book with two working orders of one key, oldest first."""
    desk = Desk()
    client = desk.connect(7)
    client.place(1, LimitOrder("BUY", 1, 50.0, tif="DAY"))
    with desk.hub.book.free_again(7, 1):
        client.place(1, LimitOrder("BUY", 1, 50.0, tif="DAY"))
    return desk.hub.book, desk.hub.book.open_orders()


def test_of_two_orders_with_one_key_the_newest_that_works_is_found() -> None:
    book, (older, newer) = twins()
    assert book.find(7, 1) is newer
    newer.status = Status.CANCELLED
    assert book.find(7, 1) is older
    older.status = Status.CANCELLED
    assert book.find(7, 1) is newer


def test_of_two_orders_with_one_key_the_one_that_works_outlives_the_day() -> None:
    book, (older, newer) = twins()
    newer.status = Status.CANCELLED
    book.close(newer)
    book.start_day()
    assert (book.find(7, 1), book.open_orders()) == (older, [older])


def test_two_orders_with_one_key_are_both_restored() -> None:
    _, orders = twins()
    book = Book(Saved(orders=tuple(orders)))
    assert (book.find(7, 1), book.open_orders()) == (orders[1], orders)


def test_an_id_that_was_offered_again_and_not_taken_is_used_as_before() -> None:
    desk = Desk()
    client = desk.connect(7)
    client.place(1, LimitOrder("BUY", 1, 50.0, tif="DAY"))
    client.place(2, LimitOrder("BUY", 1, 50.0, tif="DAY"))
    book = desk.hub.book
    known = book.find(7, 1)
    with book.free_again(7, 1):
        assert (book.find(7, 1), book.next_order_id(7)) == (None, 1)
    assert (book.find(7, 1), book.next_order_id(7)) == (known, 3)


def test_an_order_that_is_removed_was_never_there_and_its_id_stays_used() -> None:
    book = book_with(1, 2)
    (first,) = book.open_orders(1)
    book.remove(first)
    assert (book.find(1, 1), book.open_orders(1), first.perm_id in book.orders) == (None, [], False)
    assert (book.next_order_id(1), len(book.open_orders(2))) == (2, 1)
