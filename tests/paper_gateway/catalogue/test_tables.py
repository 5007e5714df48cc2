"""Reading the catalogue's files: what is wrong is named with its file and line."""

from pathlib import Path

import pytest

from paper_gateway.catalogue.tables import Row, TableError, read_table

GOOD = "# a comment\nsymbol\tprice\nAAPL\t228.5\n\nMSFT\t-\n"


def write(folder: Path, text: str) -> Path:
    (folder / "things.tsv").write_text(text, encoding="utf-8")
    return folder


def test_rows_have_the_fields_of_their_columns(tmp_path: Path) -> None:
    apple, microsoft = read_table("things", write(tmp_path, GOOD))
    assert (apple["symbol"], apple.number("price")) == ("AAPL", 228.5)
    assert (microsoft["price"], microsoft.number("price", 1.0)) == ("", 1.0)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\tb\n1\n", "things.tsv:2: 2 fields are needed"),
        ("a\tb\n1\t2\n1\t2\t3\n", "things.tsv:3: 2 fields are needed"),
        ("a\tb\n1\t\n", "things.tsv:2: 2 fields are needed"),
        ("# only\na\tb\n", "there are no rows"),
    ],
)
def test_a_line_of_another_length_is_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(TableError, match=complaint):
        read_table("things", write(tmp_path, text))


@pytest.mark.parametrize("text", ["x", "-"])
def test_a_field_that_is_no_number_is_refused_by_its_place(text: str) -> None:
    row = Row("things.tsv:7", {"price": text})
    with pytest.raises(TableError, match="things.tsv:7: price"):
        row.number("price")
    with pytest.raises(TableError, match="things.tsv:7: price"):
        row.integer("price")
