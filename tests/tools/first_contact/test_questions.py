"""Every question, put to the local AWS: it answers as assumed, and nothing is left."""

import json
import os
import re
from pathlib import Path

from tests.tools.first_contact.asked import left_over
from tools.first_contact.__main__ import main
from tools.first_contact.exchanges import read_recording
from tools.first_contact.operations import OPERATIONS
from tools.first_contact.questions.table import QUESTIONS

from pulumi_ssm_maintenance.testing import Node

RECORDING = Path(__file__).parent / "recordings" / "local-aws.jsonl"


def test_the_local_aws_answers_as_assumed_and_the_recording_is_of_such_a_run(contact, local_aws):
    run = contact("--minutes", "1440", "--only", *(it.name for it in QUESTIONS if not it.opens_a_window))
    expected = {it.name: "holds" for it in QUESTIONS if not it.opens_a_window}
    assert run.verdicts == expected
    assert run.code == 0
    assert left_over(local_aws) == []
    # What a recording must not tell.
    assert run.run_id not in run.recording
    assert not re.search(r"request-?id", run.recording, re.IGNORECASE)
    # UPDATE_GOLDEN=1 writes it anew. Times differ from run to run.
    if os.environ.get("UPDATE_GOLDEN"):
        RECORDING.write_text(run.recording)
    assert exchanges_of(run.recording) == exchanges_of(RECORDING.read_text())


def exchanges_of(text):
    """The exchanges without what depends on the time and on the version of moto."""
    _, exchanges = read_recording(text.splitlines())
    return [
        (it.question, it.service, it.operation, without_times(it.request), it.code, it.status)
        + ((without_times(it.response),) if it.service == "ssm" and "Document" not in it.operation else ())
        for it in exchanges
    ]


def without_times(value):
    if isinstance(value, dict):
        return {name: without_times(part) for name, part in value.items() if not name.endswith(("Date", "Time"))}
    return [without_times(part) for part in value] if isinstance(value, list) else value


def test_questions_have_names_of_their_own_and_everything_that_is_made_has_the_tag_of_the_run():
    assert len({it.name for it in QUESTIONS}) == len(QUESTIONS)
    _, exchanges = read_recording(RECORDING.read_text().splitlines())
    makers = [it for it in exchanges if OPERATIONS[it.operation].makes]
    assert len(makers) > 40
    assert [it.operation for it in makers if "first-contact-run" not in json.dumps(it.request)] == []


def test_a_window_opens_and_its_events_are_read(contact, local_aws):
    """The local AWS opens no window by itself: the pause is used to rehearse the night, and to deliver its events."""
    ssm, sqs = local_aws.client("ssm"), local_aws.client("sqs")
    nights = []

    def sleep(_):
        if not nights:
            (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]
            nights.append(local_aws.rehearse(window["WindowId"], nodes=[Node("i-0123456789abcdef0")]))
            (queue,) = sqs.list_queues()["QueueUrls"]
            for delivery in nights[0].deliveries:
                sqs.send_message(QueueUrl=queue, MessageBody=delivery.body)

    opening = [it.name for it in QUESTIONS if it.opens_a_window]
    run = contact("--only", *opening, sleep=sleep)
    assert "the later task ran: SUCCESS" in run.output
    # A rehearsal lets a function succeed whose outcome nobody describes, also one that does not exist.
    assert run.verdicts == dict.fromkeys(opening, "holds") | {"missing-function": "differs"}
    assert run.code == 3
    assert left_over(local_aws) == []


def test_a_window_that_does_not_open_is_no_answer(contact, local_aws):
    run = contact("--minutes", "20", "--only", "no-targets", "events-of-failures")
    assert run.verdicts == {"no-targets": "no answer", "events-of-failures": "no answer"}
    assert left_over(local_aws) == []


def test_a_dry_run_gets_through_every_question_and_calls_nothing(local_aws, capsys):
    assert main(["--dry-run", "--only", *(it.name for it in QUESTIONS)]) == 0
    out = capsys.readouterr().out
    shown = [line.split()[1] for line in out.splitlines() if line.startswith("    ") and "(waits" not in line]
    assert len(shown) > len(QUESTIONS)
    assert set(shown) <= set(OPERATIONS)
    assert local_aws.requests() == []
