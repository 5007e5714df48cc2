"""What is remembered of a desk's first run."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.errors import StoreError
from store.first_run import FILE, FirstRun


def test_a_new_desk_is_offered_its_set_up_until_somebody_ends_it(tmp_path: Path) -> None:
    first_run = FirstRun(tmp_path)
    assert first_run.is_offered
    first_run.end("skipped")
    assert not FirstRun(tmp_path).is_offered


def test_who_is_done_stays_done(tmp_path: Path) -> None:
    first_run = FirstRun(tmp_path)
    first_run.end("done")
    first_run.end("skipped")
    assert '"done"' in (tmp_path / FILE).read_text()


def test_the_made_password_is_known_by_its_mark_and_by_nothing_else(tmp_path: Path) -> None:
    first_run = FirstRun(tmp_path)
    assert not first_run.is_made_password("")
    assert not first_run.has_made_password
    first_run.note_made_password("a-mark")
    assert first_run.has_made_password
    first_run.end("done")
    assert first_run.is_made_password("a-mark")
    assert not first_run.is_made_password("another-mark")
    assert not first_run.is_made_password("")


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '{"password_mark": 1}'])
def test_a_file_that_cannot_be_read_makes_the_offer_again(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert FirstRun(tmp_path).is_offered


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Cannot write"):
        FirstRun(tmp_path / "none").end("done")
