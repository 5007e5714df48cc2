"""The book: orders found by both their names, ids that only rise."""

from ib_async import LimitOrder

from paper_gateway.book import Book, Saved
from paper_gateway.orders import Status
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
