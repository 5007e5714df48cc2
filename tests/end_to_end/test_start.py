"""What cannot work is refused at the start, in one clear line with the fix."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.processes import Program, free_port, program, until


def refusal(*arguments: str, **settings: str) -> tuple[int, Program]:
    """The exit code and the words of a start that must fail."""
    with program(*arguments, **settings) as running:
        code = running.process.wait(30)
    return code, running


@pytest.mark.failure("F12")
@pytest.mark.parametrize("option", [["-w", "2"], ["--preload"]])
def test_gunicorn_with_two_workers_or_preload_is_refused(option: list[str], tmp_path: Path) -> None:
    code, running = refusal(
        *("-m", "gunicorn", "--config", "gunicorn.conf.py", *option),
        VAR_DIR=str(tmp_path),
        BIND=f"127.0.0.1:{free_port()}",
    )
    assert code == 1
    assert running.said(f"{option[0]}{' 2' if len(option) > 1 else ''} is refused")
    assert "Traceback" not in running.output


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        address = f"127.0.0.1:{port}"
        code, running = refusal("app_simple.py", VAR_DIR=str(tmp_path), BIND=address)
    assert code == 1
    assert running.lines == [
        f"Cannot listen on {address} (Address already in use). "
        "Stop the program that uses it, or take another address: "
        f"BIND=127.0.0.1:{port + 1} make run"
    ]


def test_an_ipv6_address_is_one_to_listen_on(tmp_path: Path) -> None:
    """A machine without IPv6 has no such address; it is never taken for a name."""
    address = f"[::1]:{free_port()}"
    with program("app_simple.py", VAR_DIR=str(tmp_path), BIND=address) as running:
        until(
            lambda: running.said(f"http://{address}") or running.process.poll() is not None,
            "it has started, or says why not",
        )
    assert "Name or service not known" not in running.output


def test_an_unwritable_var_folder_is_one_clear_line(tmp_path: Path) -> None:
    # A file where the folder should be: root may write anywhere else.
    (tmp_path / "file").touch()
    var_dir = str(tmp_path / "file" / "var")
    code, running = refusal("app_simple.py", VAR_DIR=var_dir, BIND=f"127.0.0.1:{free_port()}")
    assert code == 1
    assert len(running.lines) == 1
    assert running.lines[0].startswith(f"Cannot write to {var_dir}")


def test_a_setting_that_does_not_parse_is_one_clear_line(tmp_path: Path) -> None:
    code, running = refusal("app_simple.py", VAR_DIR=str(tmp_path), IB_PORT="seven")
    assert code == 1
    assert running.lines == ["IB_PORT='seven' is not a whole number"]


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ({"IB_PORT": "seven"}, "IB_PORT='seven' is not a whole number"),
        ({"VAR_DIR": "/dev/null/var"}, "Cannot write to /dev/null/var"),
    ],
)
def test_a_command_that_cannot_start_is_one_clear_line(
    setting: dict[str, str], line: str, tmp_path: Path
) -> None:
    settings = {"VAR_DIR": str(tmp_path), **setting}
    code, running = refusal("-m", "flask", "--app", "app_simple", "user", "list", **settings)
    assert code == 3
    assert len(running.lines) == 1
    assert running.lines[0].startswith(line)


def test_the_baseline_without_a_gateway_says_what_to_do(tmp_path: Path) -> None:
    code, running = refusal("test_order.py", VAR_DIR=str(tmp_path))
    assert code == 1
    assert running.said("make run")
    assert "Traceback" not in running.output
