"""The page of a night in a real browser: it shows everything by itself, and asks for no other file."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from tests.simulation.nights import command, group, night_of, node, nodes

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
LONG = "a-project-of-a-long-name-production-eu-west-1-web"
# Every label of the chart that reaches into another column, measured by the browser itself.
MEASURE = """
<script>
const axis = Number(document.querySelector("svg pattern ~ line, svg line").getAttribute("x1"));
const far = [...document.querySelectorAll("svg text")].filter(it => {
  const box = it.getBBox();
  return box.x < axis - 60 && box.y > 50 && box.x + box.width > axis;
});
document.body.dataset.overlapping = far.map(it => it.textContent).join("|");
const [chart, aside] = ["svg", "aside"].map(it => document.querySelector(it).getBoundingClientRect());
document.body.dataset.beside = aside.left >= chart.right && aside.top < chart.bottom;
document.body.dataset.wide = document.documentElement.scrollWidth > window.innerWidth;
</script>
"""


class Body(HTMLParser):
    """What the script has found out."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def handle_starttag(self, tag, attrs):
        if tag == "body":
            self.found = dict(attrs)


@pytest.fixture
def page(tmp_path):
    tasks = [
        command(f"{LONG}-canary", group("canary"), priority=1),
        command(f"{LONG}-fleet", group("web"), priority=2, alarm="errors", max_concurrency="10%"),
    ]
    fleet = [node(99, "canary", outcome="Failed"), *nodes(40)]
    night = night_of(tasks, fleet, alarms={"errors": [(15, "ALARM")]})
    return night.save(tmp_path / "night.html")


@pytest.mark.skipif(BROWSER is None, reason=f"needs one of {', '.join(BROWSERS)} on PATH")
class TestInABrowser:
    def run(self, page, *options, width=1280):
        command_line = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},1000"]
        more = ["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", f"--user-data-dir={page.parent}/b"]
        return subprocess.run(
            [*command_line, *more, *options, page.as_uri()], capture_output=True, text=True, timeout=120, check=True
        )

    @pytest.mark.parametrize(("width", "beside"), [(1280, "true"), (500, "false")])
    def test_labels_stay_off_the_bars_messages_are_beside_the_chart_and_nothing_scrolls_to_the_side(
        self, page, width, beside
    ):
        page.write_text(page.read_text().replace("</body>", f"{MEASURE}</body>"))
        done = self.run(page, "--dump-dom", width=width)
        body = Body()
        body.feed(done.stdout)
        assert body.found["data-beside"] == beside
        assert body.found["data-overlapping"] == ""
        assert body.found["data-wide"] == "false"

    def test_it_shows_the_night_without_an_error_and_without_another_file(self, page):
        done = self.run(page, "--dump-dom")
        assert "36 nodes left out" in done.stdout
        assert not re.search(r"CONSOLE|ERR_|Refused to", done.stderr)
        assert not re.search(r"""(?:src|href)=["'](?!#)""", done.stdout)

    def test_it_can_be_drawn(self, page, tmp_path):
        picture = tmp_path / "night.png"
        self.run(page, f"--screenshot={picture}")
        assert picture.read_bytes().startswith(b"\x89PNG")
