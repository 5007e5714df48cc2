"""The file: written line by line, for its owner only, and read again."""

import logging
import stat
from pathlib import Path

import pytest

from paper_gateway.recording.lines import Kind, Line
from paper_gateway.recording.log import FORMAT, LogError, LogFile, create_log, read_log
from paper_gateway.recording.redaction import Private, Redactor

ASKED = Line(1.5, 1, Kind.REQUEST, "reqPositions", b"61\x001\x00")
ANSWERED = Line(2.5, 2, Kind.REPLY, "position", b"61\x003\x00DU0000001\x00")
REPLACED = Redactor().replaced


def test_what_was_written_is_read_with_the_numbers_of_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.wirelog"
    with create_log(path, REPLACED) as file:
        file.write(ASKED)
        file.write(ANSWERED)
    log = read_log(path)
    assert [(line.content, line.connection) for line in log.lines] == [
        (ASKED.content, 1),
        (ANSWERED.content, 2),
    ]
    rows = path.read_text().split("\n")
    assert [rows[line.number - 1] for line in log.lines] == [str(ASKED), str(ANSWERED)]


def test_a_log_is_asked_by_connection_and_by_name(tmp_path: Path) -> None:
    path = tmp_path / "x.wirelog"
    with create_log(path, REPLACED) as file:
        file.write(ASKED)
        file.write(ANSWERED)
    log = read_log(path)
    assert log.connections == [1, 2]
    assert [line.name for line in log.of(2)] == ["position"]
    assert [line.fields for line in log.requests("reqPositions")] == [["61", "1"]]
    assert [line.fields[2] for line in log.replies("position")] == ["DU0000001"]
    assert log.requests("position") == log.replies("reqPositions") == []


def test_each_line_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.wirelog"
    with create_log(path, REPLACED) as file:
        file.write(ASKED)
        assert path.read_text().endswith(f"{ASKED}\n")


def test_the_head_says_what_is_in_the_log_and_what_is_not(tmp_path: Path) -> None:
    create_log(tmp_path / "a", REPLACED).close()
    create_log(tmp_path / "b", Redactor([Private.ACCOUNTS, Private.REFERENCES]).replaced).close()
    head, other = read_log(tmp_path / "a").head, read_log(tmp_path / "b").head
    assert head[0] == "TWS wire log, format 1"
    assert "holds orders, executions and positions" in head[1]
    assert head[2:4] == [
        "replaced: accounts, users, hosts, references",
        "kept as they were: none of these",
    ]
    assert other[2:4] == ["replaced: users, hosts", "kept as they were: accounts, references"]


def test_a_log_is_for_its_owner_only(tmp_path: Path) -> None:
    create_log(tmp_path / "x", REPLACED).close()
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


def test_a_file_that_exists_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("evidence")
    with pytest.raises(LogError, match="cannot write a new log to .*x: File exists"):
        create_log(tmp_path / "x", REPLACED)
    assert (tmp_path / "x").read_text() == "evidence"


def test_a_full_disk_is_said_once_and_ends_the_log_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR), Path("/dev/full").open("w", buffering=1) as full:
        file = LogFile(full, REPLACED)
        file.write(ASKED)
        file.write(ASKED)
        file.close()
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "the log ends here, it cannot be written any more",
        "the end of the log could not be written",
    ]


def test_a_last_line_that_a_kill_has_cut_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(f"{FORMAT}\n{ASKED}\n{str(ANSWERED)[:20]}")
    assert [line.name for line in read_log(path).lines] == ["reqPositions"]


def test_a_log_that_went_through_a_windows_editor_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(f"{FORMAT}\r\n\r\n{ASKED}\r\n".encode())
    assert [line.content for line in read_log(path).lines] == [ASKED.content]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "does not begin with"),
        (b"something else\n", "does not begin with"),
        (b"\xff\xfe\n", "it is not UTF-8"),
        (f"{FORMAT}\n{ASKED}\nnonsense\n".encode(), "line 3: not a line of the form"),
        (f"{FORMAT}\n 1.0 1 > x 61|\\q\n".encode(), "line 2: an unknown escape"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(LogError, match=complaint):
        read_log(tmp_path / "x")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot read .*: No such file"):
        read_log(tmp_path / "x")
