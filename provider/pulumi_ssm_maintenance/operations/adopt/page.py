"""ADOPTED.md: what was taken, what was not, and the commands that follow."""

from collections.abc import Iterator
from typing import Final

from .import_file import TASK, ImportEntry
from .plan import CLOUDFORMATION_TAG, Adoption

_PAYLOAD: Final = (
    "jq -j '.resources[] | select(.name == \"{task}\" and .inputs) | .inputs{path}.plaintext | {decode}' \\\n"
    "  import.json"
    " | pulumi config set --secret --raw {key}"
)


def page(adoption: Adoption, entries: tuple[ImportEntry, ...]) -> str:
    """Write the page: Markdown."""
    return "\n".join(_lines(adoption, entries)) + "\n"


def _lines(adoption: Adoption, entries: tuple[ImportEntry, ...]) -> Iterator[str]:
    yield "# What was adopted"
    yield ""
    yield from _by_import(adoption) if adoption.style == "import" else _by_code(adoption)
    yield ""
    yield from _leaving(adoption)
    yield "| resource | id |"
    yield "| --- | --- |"
    yield from (f"| {_kind(entry)} `{entry.name}` | `{entry.id}` |" for entry in entries if entry.id)
    if adoption.warnings:
        yield ""
        yield "## To know"
        yield ""
        yield from (f"- {warning}" for warning in adoption.warnings)


def _by_import(adoption: Adoption) -> Iterator[str]:
    protect = "true" if adoption.protect else "false"
    yield "`__main__.py` declares what AWS held. To bring it into a stack without a change at AWS:"
    yield ""
    yield "```sh"
    yield "pulumi stack init prod"
    yield from _region_commands(adoption)
    yield from _secret_commands(adoption)
    yield f"pulumi import --file import.json --generate-code=false --protect={protect} --yes"
    yield "pulumi preview --expect-no-changes"
    yield "pulumi up --yes --skip-preview   # records what depends on what; AWS is not called"
    yield "rm import.json                  # it holds the secrets in clear"
    yield "```"
    yield ""
    yield "`ssm-maintenance adopt … --apply --stack prod` does all of this."


def _by_code(adoption: Adoption) -> Iterator[str]:
    yield "`__main__.py` declares what AWS held, and adopts it: `pulumi up` imports windows and targets by the option"
    yield "`import_`, and takes tasks over by the argument `adopt`. It only reads at AWS."
    yield ""
    yield "```sh"
    yield "pulumi stack init prod"
    yield from _region_commands(adoption)
    yield from (f"pulumi config set --secret {secret.key}   # asks for the value" for secret in adoption.secrets)
    yield "pulumi up"
    yield "```"
    yield ""
    yield "`ssm-maintenance adopt … --style code --apply --stack prod` sets the configuration, and checks that"
    yield "`pulumi up` will do nothing else. After `pulumi up`, remove `import_` and `adopt`: the same command with"
    yield "`--style import --force` writes the program without them."


def _region_commands(adoption: Adoption) -> Iterator[str]:
    if not adoption.providers:
        yield from {f"pulumi config set aws:region {window.live.region}": None for window in adoption.windows}


def _leaving(adoption: Adoption) -> Iterator[str]:
    """Say how the tool that manages the windows so far stops managing them, without a change at AWS."""
    if adoption.in_terraform:
        yield "## Leave Terraform"
        yield ""
        yield "Once the preview is empty, in the folder of the Terraform configuration:"
        yield ""
        yield "1. Run the script `release.sh`, which takes them out of the Terraform state. AWS is not called."
        yield "2. Remove them from the configuration, before the next `terraform apply`: it would create them again."
        yield "3. `terraform plan` shows no change."
        yield ""
    owners = sorted({owner for window in adoption.windows if (owner := window.live.tags.get(CLOUDFORMATION_TAG))})
    for owner in owners:
        yield f"## Leave the CloudFormation stack {owner}"
        yield ""
        yield "Once the preview is empty:"
        yield ""
        yield "1. Give the resources of the template `DeletionPolicy: Retain`, and update the stack."
        yield "2. Remove them from the template, and update the stack again. They stay at AWS."
        yield "3. `pulumi preview --expect-no-changes` shows that nothing has changed at AWS."
        yield ""


def _kind(entry: ImportEntry) -> str:
    return {"MaintenanceWindow": "window", "MaintenanceWindowTarget": "target"}.get(
        entry.type.rpartition(":")[2], "task" if entry.type == TASK else entry.type
    )


def _secret_commands(adoption: Adoption) -> Iterator[str]:
    for task in adoption.tasks:
        for secret in task.secrets:
            path = "".join(f".{part}" for part in secret.path.split("."))
            decode = "fromjson" if secret.is_text else "."
            yield _PAYLOAD.format(task=task.name, path=path, decode=decode, key=secret.key)
