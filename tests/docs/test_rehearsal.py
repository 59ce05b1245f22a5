"""The program of the page about rehearsals prints what the page says."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text()


def test_the_program_prints_the_timeline_below_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program = next(it for it in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "night.timeline()" in it)
    exec(compile(program, "rehearsal.md", "exec"), {})
    shown = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1]
    assert capsys.readouterr().out.strip() == shown.strip()
    assert (tmp_path / "night.svg").exists()
