"""The page on scans on clusters: what it shows of another engine runs."""

import re
from pathlib import Path

import pytest

dask = pytest.importorskip("dask", reason="needs dask")
pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra ray")

PAGE = Path(__file__).parents[2] / "docs" / "scan-cluster.md"


def test_dask_judges_a_library_by_the_pages_ten_lines(save_told, tmp_path, monkeypatch):
    (code,) = re.findall(r"<!-- dask -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    for number in range(20):
        save_told(f"photos/{number}.png")
    (tmp_path / "photos" / "broken.png").write_bytes(b"no photo")
    monkeypatch.chdir(tmp_path)
    with dask.config.set(scheduler="synchronous"):
        exec(compile(code, PAGE, "exec"), {})
    table = pq.read_table(tmp_path / "focus")
    assert table.num_rows == 21
    assert table["error"].null_count == 20


def test_page_names_every_column():
    from dbd_mobile.jobs.cluster import TABLE_SCHEMA

    rows = re.findall(r"^\| (`.*?) \| (.*?) \|", PAGE.read_text("utf-8"), re.M)
    said = [name for names, _ in rows for name in re.findall(r"`(\w+)`", names)]
    assert sorted(said) == sorted(TABLE_SCHEMA.names)
