"""The picture in README.md is a rehearsed night of the program above it. UPDATE_GOLDEN=1 draws it anew."""

import os
from datetime import UTC, datetime
from pathlib import Path

from pulumi_ssm_maintenance.testing import Node

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "night.svg"


def test_the_picture_of_the_readme_is_a_rehearsed_night_of_its_program(local_aws, local_stack, tmp_path):
    local_stack(ROOT / "examples" / "patching_run", name="prod").up()
    (window,) = (it for it in local_aws.windows() if not it.name.endswith("scan"))
    night = local_aws.rehearse(
        window.id,
        nodes=[
            Node("i-0123456789abcdef0", tags={"Patch Group": "web-canary"}, minutes=14),
            *Node.fleet(12, tags={"Patch Group": "web"}, minutes=24),
        ],
        alarms={"errors": [(100, "ALARM")]},
        at=datetime(2026, 12, 12, 1, tzinfo=UTC),
        document_timeouts={"AWS-RunPatchBaseline": 7200},
    )
    drawn = night.save(tmp_path / "night.svg").read_text()
    if os.environ.get("UPDATE_GOLDEN"):
        PICTURE.write_text(drawn)
    assert drawn == PICTURE.read_text()
    assert f"]({PICTURE.relative_to(ROOT)})" in (ROOT / "README.md").read_text()
