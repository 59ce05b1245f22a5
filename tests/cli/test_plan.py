"""`ssm-maintenance plan`: what it prints, and its exit codes."""

import inspect
import io
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pulumi_aws as aws
import pytest
import recurring_ical_events
from icalendar import Calendar
from PIL import Image
from tests.live_windows import create_window, register_patching, register_target

from pulumi_ssm_maintenance.cli.app import run
from pulumi_ssm_maintenance.cli.plan import formats
from pulumi_ssm_maintenance.cli.plan.png import png
from pulumi_ssm_maintenance.operations import planning
from pulumi_ssm_maintenance.operations.accounts import Access, read_accounts
from pulumi_ssm_maintenance.operations.adopt.engine import Engine
from pulumi_ssm_maintenance.operations.live import Selection
from pulumi_ssm_maintenance.operations.planning import from_live, from_preview, plan
from pulumi_ssm_maintenance.simulation import Node
from pulumi_ssm_maintenance.testing import Fault
from pulumi_ssm_maintenance_components import ChangeFreeze

ROOT = Path(__file__).parents[2]
GIVEN = ("--nodes", "canary=4", "--nodes", "web=60", "--minutes-per-node", "30")


@pytest.fixture
def patching(ssm):
    """A window of three tasks, of which not all fit when 60 nodes take 30 minutes each."""
    window = create_window(
        ssm,
        "prod-patching",
        Schedule="cron(0 2 ? * SAT#2 *)",
        ScheduleTimezone="Europe/Berlin",
        AllowUnassociatedTargets=False,
    )
    for priority, name, rate in ((10, "canary", "1"), (20, "web", "10%")):
        register_patching(
            ssm,
            window,
            f"patch-{name}",
            register_target(ssm, window, name, name),
            MaxConcurrency=rate,
            Priority=priority,
            CutoffBehavior="CANCEL_TASK",
            TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["s3cr3t-canary"]}}},
        )
    ssm.register_task_with_maintenance_window(
        WindowId=window, Name="report", TaskType="LAMBDA", TaskArn="Report", Priority=30
    )
    return window


def test_what_does_not_fit_is_code_3_and_says_what_would_help(aws_environment, ssm_maintenance, patching):
    ran = ssm_maintenance("plan", patching, *GIVEN)
    assert ran.code == 3, ran.err
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "04:00-05:00 patch-web 20 12 of 60 nodes, 6 at a time, 10 rounds" in lines
    assert "48 LEFT OUT: 10 rounds of 30 min need 300 min, 60 are left: 4 h more, or max_concurrency 30" in lines
    assert "s3cr3t" not in ran.out + ran.err
    assert ssm_maintenance("plan", patching, *GIVEN, "--no-fail").code == 0
    assert ssm_maintenance("plan", patching, *GIVEN[:-1], "5").code == 0


def test_the_page_shows_what_is_printed(aws_environment, ssm_maintenance, patching):
    page = (ROOT / "docs" / "plan.md").read_text()
    shown = page.partition("```text\n")[2].partition("```")[0]
    printed = ssm_maintenance("plan", patching, *GIVEN).out
    assert without_dates(shown) == without_dates(printed)


def without_dates(text):
    return re.sub(r"mw-\w+|\d{4}-\d\d-\d\d|\+0[12]00", "…", text)


def test_the_json_keeps_to_its_schema(aws_environment, ssm_maintenance, patching):
    found = json.loads(ssm_maintenance("plan", patching, *GIVEN, "--next", "5", "--format", "json").out)
    schema = json.loads(files("pulumi_ssm_maintenance.cli").joinpath("schemas", "plan.json").read_text())
    jsonschema.validate(found, schema)
    (window,) = found["windows"]
    assert (window["id"], window["fits"], len(window["openings"])) == (patching, False, 5)


def test_markdown_has_a_table_and_a_chart(aws_environment, ssm_maintenance, patching):
    lines = ssm_maintenance("plan", patching, *GIVEN, "--format", "markdown").out.splitlines()
    assert lines[0].startswith(f"### prod-patching ({patching}, us-east-1): 4 h")
    assert "The work **does not fit**." in lines
    assert "```mermaid" in lines
    assert any(re.fullmatch(r"  12 of 60 nodes .* :crit, \S+T04:00:00, \S+T05:00:00", line) for line in lines)


def test_the_calendar_has_an_event_for_each_opening_and_stays_the_same(aws_environment, ssm_maintenance, patching):
    arguments = ("plan", patching, *GIVEN, "--next", "12")
    text = ssm_maintenance(*arguments, "--format", "ics").out
    openings = json.loads(ssm_maintenance(*arguments, "--format", "json").out)["windows"][0]["openings"]
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [event.decoded("dtstart").isoformat() for event in events] == [it["opens"] for it in openings]
    assert [event.decoded("dtend").isoformat() for event in events] == [it["closes"] for it in openings]
    assert {str(zone["TZID"]) for zone in Calendar.from_ical(text).walk("VTIMEZONE")} == {"Europe/Berlin"}
    assert len({str(event["UID"]) for event in events}) == 12
    assert str(events[0]["UID"]).endswith("@123456789012.us-east-1")
    assert "LEFT OUT" not in text
    assert "patch-web" in text.replace("\n ", "")
    assert ssm_maintenance(*arguments, "--format", "ics").out == text


def test_an_independent_reader_of_calendars_finds_exactly_the_openings(aws_environment, ssm_maintenance, patching):
    arguments = ("plan", patching, *GIVEN, "--next", "14")  # over the change of the clocks in March and in October
    text = ssm_maintenance(*arguments, "--format", "ics").out
    openings = json.loads(ssm_maintenance(*arguments, "--format", "json").out)["windows"][0]["openings"]
    opens, closes = ([datetime.fromisoformat(one[name]) for one in openings] for name in ("opens", "closes"))
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(
        opens[0] - timedelta(days=400), closes[-1] + timedelta(days=400)
    )
    assert sorted((one.start.astimezone(UTC), one.end.astimezone(UTC)) for one in found) == sorted(
        (one.astimezone(UTC), other.astimezone(UTC)) for one, other in zip(opens, closes, strict=True)
    )


@pytest.fixture
def planned():
    """The plan of a window whose opening never changes."""
    window = planning.PlannedWindow(
        "prod-patching",
        {
            "Schedule": "cron(0 2 ? * SAT#2 *)",
            "ScheduleTimezone": "Europe/Berlin",
            "Name": "prod-patching",
            "Duration": 4,
            "Cutoff": 1,
        },
        tuple(
            planning.PlannedTask(
                f"patch-{name}",
                "RUN_COMMAND",
                "AWS-RunPatchBaseline",
                priority,
                (planning.PlannedTarget(name, {"tag:Patch Group": (name,)}, name),),
                rate,
                "CANCEL_TASK",
            )
            for priority, name, rate in ((10, "canary", "1"), (20, "web", "10%"))
        ),
    )
    now = datetime(2026, 11, 27, tzinfo=UTC)
    return plan([window], nodes={"canary": 4, "web": 60}, minutes_per_node=25, now=now)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("plan.svg", formats.picture),
        ("plan.md", lambda found: "\n".join(formats.markdown(found))),
        ("plan.txt", lambda found: "\n".join(formats.text(found))),
    ],
)
def test_each_format_is_the_golden_one(planned, name, write):
    golden, text = Path(__file__).parent / "golden" / name, f"{write(planned)}\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()


def test_the_png_is_the_same_picture(planned):
    picture = formats.picture(planned)
    drawn = Image.open(io.BytesIO(png(picture)))
    size = ET.fromstring(picture)
    assert drawn.size == (2 * int(size.get("width")), 2 * int(size.get("height")))
    namespace = "{http://www.w3.org/2000/svg}"
    bars = [one for one in size.iter(f"{namespace}rect") if one.get("fill") == "url(#success)"]
    assert len(bars) > 4
    for bar in bars:
        x, y, width, height = (float(bar.get(name)) for name in ("x", "y", "width", "height"))
        red, green, blue = drawn.convert("RGB").getpixel((int(2 * x + width), int(2 * y + height)))
        assert green > max(red, blue), bar.attrib
    assert drawn.convert("RGB").getpixel((4, drawn.height - 4)) == (255, 255, 255)


def test_a_png_is_written_to_standard_output(aws_environment, patching, capfdbinary):
    assert run(["plan", patching, *GIVEN, "--format", "png", "--no-fail"]) == 0
    assert Image.open(io.BytesIO(capfdbinary.readouterr().out)).format == "PNG"


def test_without_pillow_one_line_says_what_to_install(aws_environment, ssm_maintenance, patching, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    ran = ssm_maintenance("plan", patching, *GIVEN, "--format", "png")
    assert (ran.code, ran.out) == (2, "")
    assert "--format png needs Pillow: pip install 'pulumi-ssm-maintenance[pictures]'" in ran.err


def test_what_is_denied_is_skipped_and_named(aws_environment, ssm_maintenance, patching, local_aws):
    denied = (
        "DescribeInstanceInformation",
        "DescribeMaintenanceWindowExecutions",
        "DescribeMaintenanceWindowSchedule",
    )
    for operation in denied:
        local_aws.inject(Fault.access_denied(operation=operation))
    ran = ssm_maintenance("plan", patching)
    assert ran.code == 0, ran.err
    assert "nodes are not counted: ssm:DescribeInstanceInformation is denied" in ran.err
    assert "minutes of the last runs are not known: ssm:DescribeMaintenanceWindowExecutions is denied" in ran.err
    assert "openings are not compared with those of AWS: ssm:DescribeMaintenanceWindowSchedule is denied" in ran.err
    assert "unknown nodes" in ran.out


def test_a_picture_shows_one_window_whose_nodes_are_known(aws_environment, ssm_maintenance, patching):
    picture = ssm_maintenance("plan", patching, *GIVEN, "--format", "svg").out
    assert picture.startswith("<svg ")
    assert "48 nodes left out" in picture
    assert ssm_maintenance("plan", patching, *GIVEN, "--format", "svg").out == picture
    ran = ssm_maintenance("plan", patching, "--format", "svg")
    assert (ran.code, "a picture needs to know how many nodes there are" in ran.err) == (2, True)


def test_an_opening_in_a_freeze_is_tentative(aws_environment, ssm_maintenance, patching, tmp_path):
    first = json.loads(ssm_maintenance("plan", patching, "--format", "json").out)["windows"][0]["openings"][0]
    opens = datetime.fromisoformat(first["opens"])
    freeze = {"name": "year-end", "start": str(opens - timedelta(days=1)), "end": str(opens + timedelta(days=1))}
    (tmp_path / "freeze.json").write_text(json.dumps([freeze]))
    arguments = ("plan", patching, "--freeze", tmp_path / "freeze.json")
    assert "in the change freeze year-end" in ssm_maintenance(*arguments).out
    events = Calendar.from_ical(ssm_maintenance(*arguments, "--format", "ics").out).walk("VEVENT")
    assert [str(event["STATUS"]) for event in events] == ["TENTATIVE", "CONFIRMED", "CONFIRMED"]


def frozen_program():
    """Two windows on Sundays, of which one is frozen on one Sunday."""
    week = datetime.now(UTC) + timedelta(days=8)
    sunday = (week + timedelta(days=6 - week.weekday())).replace(hour=2, minute=0, second=0, microsecond=0)
    frozen, _ = (
        aws.ssm.MaintenanceWindow(name, name=name, schedule="cron(0 2 ? * SUN *)", duration=2, cutoff=1)
        for name in ("frozen", "free")
    )
    period = {"name": "year-end", "start": sunday - timedelta(hours=9), "end": sunday + timedelta(hours=9)}
    ChangeFreeze("holidays", windows={"web": frozen}, periods=[period], notify=False, alarms=False)


@pytest.fixture
def frozen_project(tmp_path):
    """A folder with that program."""
    folder = tmp_path / "frozen"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: frozen\nruntime: python\n")
    imports = (
        "from datetime import UTC, datetime, timedelta\nimport pulumi_aws as aws\n"
        "from pulumi_ssm_maintenance_components import ChangeFreeze\n"
    )
    (folder / "__main__.py").write_text(f"{imports}{inspect.getsource(frozen_program)}\nfrozen_program()\n")
    return folder


def test_the_freezes_of_a_preview_and_of_a_stack_count_for_the_windows_that_they_name(
    local_stack, frozen_project, engine, ssm_maintenance, tmp_path
):
    def freezes(*arguments):
        windows = json.loads(ssm_maintenance("plan", *arguments, "--format", "json").out)["windows"]
        return {one["name"]: [it["freeze"] for it in one["openings"] if it["freeze"]] for one in windows}

    stack = local_stack(frozen_project)
    (tmp_path / "preview.json").write_text(preview_of(stack, frozen_project))
    expected = {"frozen": ["year-end"], "free": []}
    assert freezes("--preview", tmp_path / "preview.json") == expected

    stack.up()
    exported = stack.pulumi("stack", "export", "--stack", stack.name)
    mine = Engine(frozen_project, stack.name)
    mine.open_stack()
    mine.run("stack", "import", stdin=exported)
    assert freezes("--stack", stack.name, "--cwd", frozen_project) == expected


def preview_of(stack, folder):
    where = ("--cwd", str(folder), "--stack", stack.name, "--config-file", str(stack._config_file))
    return stack.pulumi("preview", "--json", *where)


def test_nodes_are_counted_and_minutes_come_from_the_last_runs(aws_environment, ssm_maintenance, local_aws, patching):
    nodes = [
        *Node.fleet(2, tags={"Patch Group": "canary"}, minutes=12),
        *Node.fleet(8, tags={"Patch Group": "web"}, minutes=12),
    ]
    local_aws.rehearse(patching, nodes=nodes, at=datetime.now(UTC) - timedelta(days=7))
    ran = ssm_maintenance("plan", patching)
    assert ran.code == 0, ran.out + ran.err
    assert "8 nodes, 1 at a time, 8 rounds" in ran.out
    assert re.search(r"12 minutes a node \(median of \d+ node runs of the last 30 days\)", ran.out)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--nodes", "web"], "give TARGET=N, such as web=60"),
        (["--nodes", "wbe=3"], "no target is called 'wbe'; there are canary, web"),
        (["--freeze", "missing.json"], "missing.json cannot be read as JSON"),
        (["--preview", "missing.json"], "--preview FILE names the windows"),
    ],
)
def test_a_mistake_in_the_arguments_is_code_2(aws_environment, ssm_maintenance, patching, arguments, problem):
    ran = ssm_maintenance("plan", patching, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in " ".join(ran.err.split())


def test_a_file_that_is_no_preview_is_refused(ssm_maintenance, tmp_path):
    (tmp_path / "preview.json").write_text("{}")
    ran = ssm_maintenance("plan", "--preview", tmp_path / "preview.json")
    assert (ran.code, "is not the output of `pulumi preview --json`" in ran.err) == (2, True)


def test_a_preview_is_planned_as_what_it_deploys(local_stack, session_of, ssm_maintenance, tmp_path):
    folder = ROOT / "examples" / "patching_run"
    stack = local_stack(folder)
    printed = preview_of(stack, folder)
    before = from_preview(json.loads(printed))
    stack.up()
    after = from_live(read_accounts(session_of, [Access()], Selection()).windows)
    counts = {target.name: 12 for window in after for target in window.targets}
    assert counts
    plans = [plan(source, nodes=counts, minutes_per_node=20) for source in (before, after)]
    assert shape(plans[0]) == shape(plans[1])

    (tmp_path / "preview.json").write_text(printed)
    ran = ssm_maintenance("plan", "--preview", tmp_path / "preview.json")
    assert ran.code == 0, ran.err
    assert "opens Sat" in ran.out


def shape(planned):
    return [
        (one.timezone, one.openings, [(it.priority, it.nodes, it.rounds, it.starts, it.ends) for it in one.fit.steps])
        for one in planned.windows
    ]


@pytest.fixture
def session_of(aws_environment):
    import boto3  # noqa: PLC0415

    return boto3.Session(region_name="us-east-1")
