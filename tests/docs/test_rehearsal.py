"""The program of the page about rehearsals prints what the page says."""

import re
from pathlib import Path

import pytest

from pulumi_ssm_maintenance.simulation._assumptions import questions

PAGE = (Path(__file__).parents[2] / "docs" / "rehearsal.md").read_text()


def test_the_program_prints_the_timeline_below_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    program = next(it for it in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "night.timeline()" in it)
    exec(compile(program, "rehearsal.md", "exec"), {})
    shown = re.search(r"```text\n(.*?)```", PAGE, re.DOTALL)[1]
    assert capsys.readouterr().out.strip() == shown.strip()
    assert (tmp_path / "night.svg").exists()


def _gone_wrong():
    """The rows of the table of nights gone wrong: what went wrong, the code, and what the timeline shows."""
    section = PAGE.partition("## Nights gone wrong, replayed")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [pytest.param(*row, id=re.sub(r"\[(.*)\].*", r"\1", row[0])) for row in rows[2:]]


@pytest.mark.parametrize(("_wrong", "code", "shown"), _gone_wrong())
def test_each_night_gone_wrong_shows_what_the_page_says(_wrong, code, shown):
    program = next(it for it in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "def night(" in it)
    names = {}
    exec(compile(program, "rehearsal.md", "exec"), names)
    timeline = eval(code.strip("`"), names).timeline()
    assert [it for it in re.findall(r"`([^`]+)`", shown) if it not in timeline] == []


def test_the_page_replays_ten_nights_and_more():
    assert len(_gone_wrong()) >= 10


def test_every_assumption_answers_an_open_question_of_the_page_and_every_question_has_an_answer():
    section = PAGE.partition("### Every open question")[2].partition("Nothing of this was tried")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")][2:]
    answers = [answer for _, answer in rows]
    named = {name for answer in answers for name in re.findall(r"`([a-z_]+)`", answer)}
    assert named >= questions().keys()
    assert [answer for answer in answers if not answer.startswith(("`", "fixed: "))] == []
