"""Questions to AWS, each asked once: what is unreadable is never an exception of boto3."""

import pytest
from botocore.parsers import ResponseParserError

from pulumi_ssm_maintenance.checks.reader import Reader, UnreadableError


class Client:
    """A client whose calls end in one error."""

    def __init__(self, error):
        self.error = error

    def get_role(self, **_):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Credentials were refreshed, but the refreshed credentials are still expired."),
        ResponseParserError("<html>"),
        UnicodeDecodeError("utf-8", b"\xe4", 0, 1, "invalid"),
        AttributeError("'list' object has no attribute 'get'"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_answer_that_cannot_be_used_leaves_the_question_open(error):
    reader = Reader(lambda _service: Client(error), "eu-west-1")
    for _ in range(2):
        with pytest.raises(UnreadableError, match=rf"iam:GetRole gave no answer \({type(error).__name__}\)"):
            reader.one("iam", "get_role", RoleName="deploy")
