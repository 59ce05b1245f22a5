"""A night as text, JSON, Markdown, a chart and a page."""

import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from tests.simulation.nights import ON, OPENING, command, group, night_of, node, nodes, runbook

from pulumi_ssm_maintenance.simulation import Node, Notifications, RehearsalError, Window, simulate

SVG = "{http://www.w3.org/2000/svg}"
SECRET = "hunter2"


@pytest.fixture(scope="module")
def night():
    tasks = [
        command(
            "shop-canary <1>",
            group("canary"),
            priority=10,
            parameters={"commands": [SECRET]},
            notifications=Notifications("arn:aws:sns:us-east-1:123456789012:alerts", ["Failed"], "Invocation"),
        ),
        command("shop-fleet", priority=20, max_concurrency="2", alarm="errors", timeout_seconds=600),
        runbook("shop-report", priority=30, targets=(), parameters={"Note": [SECRET]}),
    ]
    fleet = [node(99, "canary", outcome="Failed", minutes=12), *nodes(6, minutes=15), node(50, "other")]
    return night_of(tasks, fleet, alarms={"errors": [(20, "ALARM")]}, assume="all")


def test_the_timeline_lists_what_happens_and_when(night):
    lines = night.timeline().splitlines()
    assert lines[0].startswith("window opens 2026-12-12 02:00 UTC: FAILED")
    expected = [
        "+0:00  the window opens",
        f"+0:12  shop-canary <1>: {ON(99)} Failed",
        "+0:12  shop-canary <1> ends FAILED: The maximum error count was exceeded.",
        "+0:12  shop-fleet starts (RUN_COMMAND, priority 20, 6 nodes)",
        "+0:20  alarm errors: ALARM",
        f"+0:27  shop-fleet: {ON(1)} and {ON(2)} Success",
        "+0:27  shop-fleet ends CANCELLED; stopped by alarm errors",
        "+3:00  cutoff: no task starts from here on",
    ]
    found = [line.strip() for line in lines]
    assert [line for line in found if line in expected] == expected
    assert "4 nodes of shop-fleet: alarm errors stopped the task" in found
    assert f"{ON(50)}: no target of the window matches it" in found


@pytest.mark.parametrize("ending", [".json", ".md", ".svg", ".html"])
def test_no_picture_holds_a_parameter_of_a_task(night, tmp_path, ending):
    written = night.save(tmp_path / f"night{ending}").read_text()
    assert written
    assert SECRET not in written
    assert SECRET not in repr(night)


def test_the_error_for_an_invalid_file_extension_lists_the_valid_ones(night, tmp_path):
    with pytest.raises(RehearsalError, match=r"'night.pdf': allowed endings: .json, .md, .svg, .html"):
        night.save(tmp_path / "night.pdf")


def test_json_holds_all_that_a_script_may_ask_for(night, tmp_path):
    held = json.loads(night.save(tmp_path / "night.json").read_text())
    assert (held["status"], held["opened"], held["cutoff"]) == (
        "FAILED",
        "2026-12-12T02:00:00+00:00",
        "2026-12-12T05:00:00+00:00",
    )
    canary, fleet, _ = held["tasks"]
    assert canary["invocations"][0]["nodes"][0]["status_details"] == "Failed"
    assert fleet["triggered_alarm"] == ["errors", "ALARM"]
    assert len(held["left_out"]) == 5
    assert held["messages"][0]["topic"].endswith(":alerts")
    assert {it["assumption"] for it in held["depends_on"]} >= {"after_a_failed_priority"}


class TestChart:
    @pytest.fixture
    def chart(self, night, tmp_path):
        return ET.parse(night.save(tmp_path / "night.svg")).getroot()

    def test_it_names_every_task_and_the_nodes_that_ran(self, chart):
        labels = [it.text for it in chart.iter(f"{SVG}text")]
        assert "shop-canary <1>: FAILED" in labels
        assert "shop-fleet: CANCELLED" in labels
        assert f"{ON(99)} Failed" in labels
        assert {"cutoff", "end"} <= set(labels)

    def test_every_bar_lies_within_the_chart(self, chart):
        width = float(chart.get("width"))
        for bar in chart.iter(f"{SVG}rect"):
            assert float(bar.get("x", 0)) + float(bar.get("width")) <= width

    def test_hatches_show_the_same_as_colours(self, chart):
        patterns = {it.get("id"): it.find(f"{SVG}path").get("d") for it in chart.iter(f"{SVG}pattern")}
        assert len(set(patterns.values())) == len(patterns) == 5
        fills = {it.get("fill") for it in chart.iter(f"{SVG}rect")}
        assert {"url(#failed)", "url(#success)"} <= fills


def test_a_fleet_of_thousands_makes_a_chart_of_a_few_rows(tmp_path):
    fleet = Node.fleet(2000, tags={"Patch Group": "web"}, minutes=(5, 20))
    night = night_of(command(max_concurrency="10%"), fleet, duration=6)
    drawn = ET.parse(night.save(tmp_path / "night.svg")).getroot()
    assert len(list(drawn.iter(f"{SVG}rect"))) < 40


def test_the_chart_of_mermaid_has_a_section_for_each_task_and_no_colon_in_a_name(night, tmp_path):
    text = night.save(tmp_path / "night.md").read_text()
    gantt = text.partition("```mermaid\n")[2].partition("```")[0].splitlines()
    assert gantt[0] == "gantt"
    assert [line for line in gantt if "section shop" in line] == [
        "  section shop-canary <1>",
        "  section shop-fleet",
        "  section shop-report",
    ]
    for line in gantt[3:]:
        if "section" not in line:
            assert line.split(" :")[0].count(":") == 0
    assert "Left out:" in text


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.loads, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_is_whole_loads_nothing_and_shows_the_messages(night, tmp_path):
    page = _Page()
    page.feed(night.save(tmp_path / "night.html").read_text())
    assert (page.open, page.loads) == ([], [])
    assert "Messages (1)" in page.text
    assert any('"status": "Failed"' in text for text in page.text)
    assert any("shop-canary <1>" in text for text in page.text)


def test_every_picture_shows_the_opening_in_the_time_zone_of_the_window():
    window = Window(tasks=[command()], name="nightly", timezone="Europe/Berlin")
    night = simulate(window, nodes(1), at=OPENING)
    opening = "2026-12-12 03:00 Europe/Berlin"
    assert night.timeline().startswith(f"nightly opens {opening}: SUCCESS")
    assert f"nightly, {opening}: SUCCESS" in night.to_svg()
    assert f"## nightly, {opening}: SUCCESS" in night.to_markdown()
    assert "cutoff :milestone, 2026-12-12T06:00:00, 0m" in night.to_markdown()


def test_the_chart_says_of_a_task_without_a_bar_that_it_never_started():
    tasks = [command("patch", priority=1, execution_timeout_seconds=4 * 3600), command("check", priority=2)]
    night = night_of(tasks, nodes(1, minutes=200))
    assert ">check: TIMED_OUT, never started<" in night.to_svg()
    assert ">patch: SUCCESS<" in night.to_svg()
