"""The folder that is written: whole, or not at all, and never over somebody's work."""

import json
import stat

import pytest
from tests.operations.adopt.seeded import CANARY

from pulumi_ssm_maintenance.operations.adopt import UsageError, plan, read_windows, write

PAYLOAD = json.dumps({"key": CANARY})


@pytest.fixture
def adoption(session, new_window, register):
    window = new_window()
    register(
        window,
        TaskType="LAMBDA",
        TaskArn="report",
        TaskInvocationParameters={"Lambda": {"Payload": PAYLOAD.encode()}},
    )
    return plan(read_windows(session, [window]).windows)


def tree(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_empty_folder_gets_a_project(adoption, tmp_path, exists):
    path = tmp_path / "Web Patching!"
    if exists:
        path.mkdir()
    folder = write(adoption, path)
    assert (folder.written, folder.project) == (True, "Web-Patching-")
    assert tree(path).keys() == {
        ".gitignore",
        "ADOPTED.md",
        "Pulumi.yaml",
        "__main__.py",
        "adopted.json",
        "import.json",
        "requirements.txt",
    }
    assert b"name: Web-Patching-\n" in tree(path)["Pulumi.yaml"]
    assert list(tmp_path.iterdir()) == [path]


def test_secrets_are_in_the_import_file_alone_which_nobody_else_can_read_nor_git_takes(adoption, tmp_path):
    write(adoption, tmp_path / "new")
    files = tree(tmp_path / "new")
    assert [name for name, content in files.items() if CANARY.encode() in content] == ["import.json"]
    assert stat.S_IMODE((tmp_path / "new" / "import.json").stat().st_mode) == 0o600
    assert b"import.json\n" in files[".gitignore"]


def test_the_import_file_marks_secrets_so_that_the_engine_encrypts_them(adoption, tmp_path):
    write(adoption, tmp_path / "new")
    (task,) = (one for one in json.loads(tree(tmp_path / "new")["import.json"])["resources"] if "inputs" in one)
    for properties in (task["inputs"], task["outputs"]):
        payload = properties["task_invocation_parameters"]["lambda_"]["payload"]
        assert payload == {
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            "plaintext": json.dumps(PAYLOAD),
        }


def test_a_second_run_changes_nothing(adoption, tmp_path):
    write(adoption, tmp_path / "new")
    (tmp_path / "new" / "import.json").unlink()
    (tmp_path / "new" / "Pulumi.prod.yaml").write_text("config: {}")
    before = tree(tmp_path / "new")
    assert not write(adoption, tmp_path / "new").written
    assert tree(tmp_path / "new") == before


def test_a_folder_with_something_else_in_it_is_refused_as_it_is(adoption, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"is not empty: it holds notes\.txt\. Give a new folder, or --force"):
        write(adoption, tmp_path)
    assert tree(tmp_path) == {"notes.txt": b"mine"}


def test_a_program_that_was_edited_is_refused_and_not_changed(adoption, tmp_path):
    write(adoption, tmp_path / "new")
    (tmp_path / "new" / "__main__.py").write_text("# mine")
    with pytest.raises(UsageError, match=r"__main__\.py would change"):
        write(adoption, tmp_path / "new")
    assert tree(tmp_path / "new")["__main__.py"] == b"# mine"


def test_force_overwrites_the_files_of_the_command_and_keeps_others(adoption, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "notes.txt").write_text("mine")
    (tmp_path / "new" / "__main__.py").write_text("# mine")
    assert write(adoption, tmp_path / "new", force=True).written
    assert tree(tmp_path / "new")["notes.txt"] == b"mine"
    assert b"aws.ssm.MaintenanceWindow" in tree(tmp_path / "new")["__main__.py"]
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


def test_leftovers_of_an_interrupted_run_are_removed(adoption, tmp_path):
    (tmp_path / ".new.adopting").mkdir()
    (tmp_path / ".new.adopting" / "import.json").write_text(CANARY)
    write(adoption, tmp_path / "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "new"]


def test_a_file_instead_of_a_folder_is_refused(adoption, tmp_path):
    (tmp_path / "new").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        write(adoption, tmp_path / "new")
