"""What one run is asked to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from checklist.column import all_rows
from tests.checklist.conftest import NAME, plan_of


def test_the_running_desks_client_ids_are_not_touched(tmp_path: Path) -> None:
    assert plan_of(tmp_path, 7497, IB_CLIENT_ID="7").client_id == 107


def test_reports_are_beside_each_other_and_work_has_its_folder(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert plan.work == tmp_path / "checklists" / NAME
    assert not plan.has_tws
    assert plan_of(tmp_path, 7497).has_tws


def test_only_chosen_rows_are_wanted(tmp_path: Path) -> None:
    plan = replace(plan_of(tmp_path), only=("4.2", "4.4a", "07"))
    wanted = [row.key for row in plan.wanted(all_rows())]
    assert wanted == ["4.2a", "4.2b", "4.2c", "4.2d", "4.4a", "07"]
    assert len(plan_of(tmp_path).wanted(all_rows())) == 78
