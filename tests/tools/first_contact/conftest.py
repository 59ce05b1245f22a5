import pytest
from tests.tools.first_contact.asked import ask


@pytest.fixture
def contact(local_aws, capsys, monkeypatch, tmp_path):
    """Run first contact on the local AWS."""

    def run(*arguments, account=local_aws.account_id, env=local_aws.env, path=tmp_path / "recording.jsonl", **options):
        return ask(capsys, monkeypatch, env, path, *arguments, account=account, **options)

    return run
