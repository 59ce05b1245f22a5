"""The folder that an adoption writes: a Pulumi project, its import file, and a record of what was taken."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pulumi_ssm_maintenance._version import __version__
from pulumi_ssm_maintenance.operations.errors import OperationError, UsageError

from .import_file import ImportEntry, import_entries, import_file, pulumi_aws_version
from .page import page
from .plan import Adoption
from .program import program
from .terraform import release_script

IMPORT_FILE: Final = "import.json"
RECORD: Final = "adopted.json"
"""What was adopted, without any value: types, names and ids."""

_PROJECT_NAME: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder as it was written."""

    path: Path
    """The folder."""
    project: str
    """The name of the Pulumi project."""
    entries: tuple[ImportEntry, ...]
    """What its import file lists."""
    written: bool
    """False where it held all of it already."""

    @property
    def import_file(self) -> Path:
        """The import file, which `apply` removes."""
        return self.path / IMPORT_FILE


def write(adoption: Adoption, path: Path, *, project: str | None = None, force: bool = False) -> Folder:
    """Write an adoption into a folder that does not exist or is empty; in one that it wrote before, nothing changes.

    Args:
        adoption: what is adopted.
        path: the folder.
        project: the project's name. Default: the folder's.
        force: whether to overwrite files that differ, and to write into a folder that holds others.

    Raises:
        UsageError: the folder holds something else.
    """
    project = project or _PROJECT_NAME.sub("-", path.resolve().name) or "adopted"
    entries = import_entries(adoption)
    files = dict(_files(adoption, entries, project))
    lasting = {name: text for name, text in files.items() if name != IMPORT_FILE}
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is not a folder. Give another one.")
    existing = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
    if existing and all(_holds(path / name, text) for name, text in lasting.items()):
        return Folder(path, project, entries, written=False)
    if existing and not force:
        raise _not_empty(path, existing, lasting)
    _write_all(path, files)
    return Folder(path, project, entries, written=True)


def write_import_file(folder: Folder) -> None:
    """Write the import file again, where it was removed after it had done its work."""
    if not folder.import_file.exists():
        _write_file(folder.import_file, import_file(folder.entries), 0o600)


def add_to_record(path: Path, stack: str, entries: Sequence[ImportEntry]) -> None:
    """Note in a project of the user's own what is imported into one of its stacks, so that it can be undone."""
    file = _stack_record(path, stack)
    before = _read_record(file) if file.exists() else ()
    known = {(one.type, one.name, one.id) for one in entries}
    resources = [*(one for one in before if (one.type, one.name, one.id) not in known), *entries]
    _write_file(file, _record(resources), 0o644)


def read_record(path: Path, stack: str) -> tuple[ImportEntry, ...]:
    """Read which resources a folder has adopted into a stack.

    Raises:
        UsageError: the folder holds no record of an adoption.
    """
    of_stack = _stack_record(path, stack)
    try:
        return _read_record(of_stack if of_stack.exists() else path / RECORD)
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{path} holds no record of an adoption ({of_stack.name} or {RECORD}).") from None


def remove_record(path: Path, stack: str) -> None:
    """Remove the record of what was adopted into a stack of a project of the user's own."""
    _stack_record(path, stack).unlink(missing_ok=True)


def _stack_record(path: Path, stack: str) -> Path:
    return path / f"adopted.{stack.rpartition('/')[2]}.json"


def _read_record(file: Path) -> tuple[ImportEntry, ...]:
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return tuple(ImportEntry(one["type"], one["name"], one["id"]) for one in record["resources"])


def _files(adoption: Adoption, entries: tuple[ImportEntry, ...], project: str) -> Iterator[tuple[str, str]]:
    yield "Pulumi.yaml", f"name: {project}\ndescription: Maintenance windows adopted from AWS\nruntime: python\n"
    yield "__main__.py", program(adoption)
    yield "requirements.txt", f"pulumi-aws=={pulumi_aws_version()}\npulumi-ssm-maintenance=={__version__}\n"
    by_file = adoption.style == "import"
    yield ".gitignore", f"{IMPORT_FILE if by_file else ''}\n__pycache__/\n.venv/\n".lstrip()
    yield "ADOPTED.md", page(adoption, entries)
    if adoption.in_terraform:
        yield "release.sh", release_script(adoption.in_terraform)
    yield RECORD, _record(entries)
    if by_file:
        yield IMPORT_FILE, import_file(entries)


def _record(entries: Sequence[ImportEntry]) -> str:
    resources = [{"type": entry.type, "name": entry.name, "id": entry.id} for entry in entries]
    return json.dumps({"schema": _SCHEMA, "resources": resources}, indent=2) + "\n"


def _not_empty(path: Path, existing: list[str], files: Mapping[str, str]) -> UsageError:
    if (path / RECORD).exists():
        differing = ", ".join(name for name, text in files.items() if not _holds(path / name, text))
        return UsageError(
            f"{path} holds an adoption, and {differing} would change: the windows or the program changed since."
            " Give another folder, or --force to overwrite."
        )
    return UsageError(
        f"{path} is not empty: it holds {', '.join(existing[:3])}{' …' if len(existing) > 3 else ''}."
        " Give a new folder, or --force to write there all the same."
    )


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except OSError:
        return False


def _write_all(path: Path, files: Mapping[str, str]) -> None:
    """Write into a folder beside it, and move that into place, so that no half of it is ever there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.resolve().parent / f".{path.resolve().name}.adopting"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        for name, text in files.items():
            _write_file(draft / name, text, 0o600 if name == IMPORT_FILE else 0o644)
        if path.is_dir() and any(path.iterdir()):
            for name in files:
                (draft / name).replace(path / name)
            draft.rmdir()
        else:
            draft.chmod(0o755)
            draft.replace(path)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise OperationError(f"could not write {path}: {error.strerror or error}.") from error


def _write_file(file: Path, text: str, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
