"""Bringing a task into a state by a file, with inputs and outputs."""

import json


def test_import_file(stack, apply, held, calls, local_aws, tmp_path, window, run_command):
    source = stack({"task": run_command}, name="source")
    source.up()
    task = source.resource("task")
    entry = {key: task[key] for key in ("type", "id", "inputs", "outputs")}
    file = tmp_path / "import.json"
    file.write_text(json.dumps({"resources": [{"name": "task", **entry}]}))

    made = stack({"task": run_command}, name="target")
    local_aws.clear_requests()
    made.pulumi(
        "import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes", "--stack", made.name
    )
    assert calls() == []
    apply(made)
    assert held(window).keys() == {task["id"]}
    # From here on it is a task like any other.
    assert apply(made, {"task": {**run_command, "priority": 4}}).ops("task") == ["update"]
    made.destroy()
    assert held(window) == {}
