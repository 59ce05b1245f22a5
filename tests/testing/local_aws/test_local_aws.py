import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing.local_aws.faults import Fault
from pulumi_ssm_maintenance.testing.local_aws.local_aws import LocalAws

WINDOW = {"Name": "window", "Schedule": "rate(1 day)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": True}
PATIENCE = 30


def port_of(endpoint):
    return int(endpoint.rpartition(":")[2])


def is_answering(endpoint):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port_of(endpoint))) == 0


def read_line(process):
    return process.stdout.readline()


def read_all(pipe):
    return pipe.read()


def eventually(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class TestProcess:
    @pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the kernel's table of sockets is Linux's")
    def test_listens_on_the_loopback_interface_only(self, aws):
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        rows = [row.split() for table in tables if table.exists() for row in table.read_text().splitlines()[1:]]
        listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port_of(aws.endpoint):04X}")]
        assert listening == [f"0100007F:{port_of(aws.endpoint):04X}"]

    def test_ends_when_stopped_and_starts_again(self):
        aws = LocalAws().start()
        endpoint = aws.endpoint
        aws.stop()
        assert not is_answering(endpoint)
        aws.stop()
        with aws:
            assert is_answering(aws.endpoint)

    def test_can_be_started_once_only(self, aws):
        with pytest.raises(RuntimeError, match="running already"):
            aws.start()

    @pytest.mark.parametrize("attribute", ["endpoint", "env", "environ"])
    def test_has_no_endpoint_before_it_is_started(self, attribute):
        with pytest.raises(RuntimeError, match="not running"):
            getattr(LocalAws(), attribute)

    def test_dies_with_a_parent_that_is_killed(self):
        program = (
            "import time; from pulumi_ssm_maintenance.testing import LocalAws;"
            "print(LocalAws().start().endpoint, flush=True); time.sleep(600)"
        )
        parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
        endpoint = read_line(parent).strip()
        assert is_answering(endpoint)
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
        eventually(lambda: not is_answering(endpoint))

    def test_survives_a_ctrl_c_for_its_parent(self):
        program = (
            "import signal, time; from pulumi_ssm_maintenance.testing import LocalAws\n"
            # A test run that was started in the background ignores Ctrl-C, and its children inherit that.
            "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
            "with LocalAws() as aws:\n"
            "    try:\n"
            "        print('up', flush=True)\n"
            "        time.sleep(600)\n"
            "    except KeyboardInterrupt: print(len(aws.requests()), flush=True)\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert read_line(parent) == "up\n"
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=PATIENCE)[0] == "0\n"

    def test_by_hand_prints_what_to_export_and_ends_cleanly_on_ctrl_c(self):
        server = subprocess.Popen(
            [sys.executable, "-m", "pulumi_ssm_maintenance.testing", "--quiet", "--region", "eu-west-1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        endpoint = read_line(server).split()[6].rstrip(";")
        assert is_answering(endpoint)
        server.send_signal(signal.SIGINT)
        printed, complaints = read_all(server.stdout), read_all(server.stderr)
        assert f"export AWS_ENDPOINT_URL={endpoint}" in printed
        assert "export AWS_REGION=eu-west-1" in printed
        assert (server.wait(PATIENCE), complaints) == (0, "")

    def test_prints_a_line_for_each_call_unless_quiet(self, capfd):
        with LocalAws(quiet=False) as aws:
            aws.client("ssm").describe_maintenance_windows()
        assert "123456789012 us-east-1 ssm DescribeMaintenanceWindows 200" in capfd.readouterr().err


class TestEnvironment:
    def test_sends_any_boto3_program_here_and_nowhere_else(self, aws, ssm, tmp_path):
        ssm.create_maintenance_window(**WINDOW)
        (tmp_path / "config").write_text("[profile mine]\nregion = eu-west-1\n")
        program = (
            "import boto3; print(boto3.client('ssm').describe_maintenance_windows()['WindowIdentities'][0]['Name'],"
            " boto3.client('sts').get_caller_identity()['Account'])"
        )
        mine = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "HTTP_PROXY": "http://192.0.2.1:1", "NO_PROXY": "x"}
        done = subprocess.run(
            [sys.executable, "-c", program], env={**mine, **aws.env}, capture_output=True, text=True, check=True
        )
        assert done.stdout == "window 123456789012\n"

    def test_whole_environment_drops_the_profile_of_the_user(self, aws, monkeypatch):
        monkeypatch.setenv("AWS_PROFILE", "mine")
        monkeypatch.setenv("SOMETHING_ELSE", "kept")
        environ = aws.environ
        assert "AWS_PROFILE" not in environ
        assert environ["SOMETHING_ELSE"] == "kept"
        assert aws.env.items() <= environ.items()

    def test_region_is_the_one_asked_for(self):
        with LocalAws(region="ap-southeast-2") as aws:
            assert aws.env["AWS_REGION"] == aws.env["AWS_DEFAULT_REGION"] == "ap-southeast-2"
            assert aws.client("ssm").meta.region_name == "ap-southeast-2"

    def test_client_takes_settings_of_botocore_and_still_avoids_the_proxy(self, aws):
        retries: Any = {"mode": "adaptive", "total_max_attempts": 7}
        settings = aws.client("ssm", config=Config(retries=retries, proxies={"http": "http://192.0.2.1:1"})).meta.config
        assert settings.retries == retries
        assert settings.proxies == {}


class TestAccounts:
    def test_client_acts_in_the_default_account_or_the_one_it_names(self, aws):
        identities = [aws.client("sts", account=account).get_caller_identity() for account in (None, "222222222222")]
        assert [identity["Account"] for identity in identities] == [aws.account_id, "222222222222"]
        assert identities[1]["Arn"].startswith("arn:aws:sts::222222222222:assumed-role/any/")

    def test_web_identity_leads_to_the_account_of_the_role(self, aws):
        answer = aws.client("sts").assume_role_with_web_identity(
            RoleArn="arn:aws:iam::333333333333:role/any", RoleSessionName="session", WebIdentityToken="a-token"
        )
        keys = [answer["Credentials"][key] for key in ("AccessKeyId", "SecretAccessKey", "SessionToken")]
        assumed = boto3.session.Session(*keys, region_name=aws.region)
        assert assumed.client("sts", endpoint_url=aws.endpoint).get_caller_identity()["Account"] == "333333333333"
        [request] = aws.requests("sts", "AssumeRoleWithWebIdentity")
        assert request.parameters["WebIdentityToken"] == "[redacted]"

    def test_service_linked_role_of_a_task_is_of_its_account(self, aws):
        other = aws.client("ssm", account="222222222222")
        window = other.create_maintenance_window(**WINDOW)["WindowId"]
        task = other.register_task_with_maintenance_window(WindowId=window, TaskArn="f", TaskType="LAMBDA")
        shown = other.get_maintenance_window_task(WindowId=window, WindowTaskId=task["WindowTaskId"])
        assert shown["ServiceRoleArn"].startswith("arn:aws:iam::222222222222:role/aws-service-role/ssm.amazonaws.com/")

    def test_resources_of_other_services_are_separate_too(self, aws):
        aws.client("sns").create_topic(Name="topic")
        assert aws.client("sns", account="222222222222").list_topics()["Topics"] == []
        assert aws.client("sns", region="eu-west-1").list_topics()["Topics"] == []


class TestRequests:
    def test_name_the_caller_the_operation_and_the_outcome(self, aws):
        aws.client("ssm", region="eu-west-1", account="222222222222").describe_maintenance_windows(MaxResults=10)
        [request] = aws.requests("ssm")
        assert (request.service, request.operation) == ("ssm", "DescribeMaintenanceWindows")
        assert (request.region, request.account) == ("eu-west-1", "222222222222")
        assert (request.status, request.error_code, request.in_flight) == (200, None, 1)
        assert request.parameters == {"MaxResults": 10}
        assert abs(request.started - time.time()) < PATIENCE

    def test_carry_the_error_code(self, aws, ssm):
        with pytest.raises(ClientError):
            ssm.get_maintenance_window(WindowId="mw-00000000000000000")
        with pytest.raises(ClientError):
            aws.client("iam").get_role(RoleName="nobody")
        with pytest.raises(ClientError):
            ssm.get_parameter(Name="nothing")
        codes = [(request.status, request.error_code) for request in aws.requests()]
        assert codes == [(400, "DoesNotExistException"), (404, "NoSuchEntity"), (400, "ParameterNotFound")]

    def test_can_be_picked_by_service_and_operation(self, aws, ssm):
        ssm.describe_maintenance_windows()
        ssm.create_maintenance_window(**WINDOW)
        aws.client("sts").get_caller_identity()
        assert len(aws.requests()) == 3
        assert [request.operation for request in aws.requests(service="sts")] == ["GetCallerIdentity"]
        assert [request.service for request in aws.requests(operation="CreateMaintenanceWindow")] == ["ssm"]

    def test_can_be_cleared(self, aws, ssm):
        ssm.describe_maintenance_windows()
        aws.clear_requests()
        assert aws.requests() == []

    def test_show_nothing_that_the_model_marks_sensitive(self, aws, ssm):
        window = ssm.create_maintenance_window(**WINDOW, Description="secret")["WindowId"]
        targeted = {
            "Targets": [{"Key": "InstanceIds", "Values": ["i-1"]}],
            "MaxConcurrency": "1",
            "MaxErrors": "1",
            "TaskParameters": {"secret": {"Values": ["secret"]}},
        }
        for task_type, block, more in (
            ("LAMBDA", {"Lambda": {"Payload": b"secret", "Qualifier": "shown"}}, {}),
            ("STEP_FUNCTIONS", {"StepFunctions": {"Input": "secret", "Name": "shown"}}, {}),
            ("RUN_COMMAND", {"RunCommand": {"Parameters": {"secret": ["secret"]}, "Comment": "shown"}}, targeted),
        ):
            ssm.register_task_with_maintenance_window(
                WindowId=window,
                TaskArn="a",
                TaskType=task_type,
                Description="secret",
                TaskInvocationParameters=block,
                **more,
            )
        shown = [str(request.parameters) for request in aws.requests()]
        assert not any("secret" in text or "c2VjcmV0" in text for text in shown)
        assert all("shown" in text for text in shown[1:])

    @pytest.mark.parametrize(
        ("service", "operation", "method", "parameters"),
        [
            ("iam", "CreateRole", "create_role", {"RoleName": "role", "AssumeRolePolicyDocument": "{}"}),
            ("sns", "CreateTopic", "create_topic", {"Name": "topic"}),
            ("lambda", "GetFunction", "get_function", {"FunctionName": "function"}),
            ("s3", "CreateBucket", "create_bucket", {"Bucket": "bucket"}),
            ("stepfunctions", "ListStateMachines", "list_state_machines", {"maxResults": 5}),
            ("cloudwatch", "DescribeAlarms", "describe_alarms", {"AlarmNames": ["alarm"]}),
            ("ec2", "DescribeInstances", "describe_instances", {"InstanceIds": ["i-0123456789abcdef0"]}),
        ],
    )
    def test_of_every_protocol_are_read(self, aws, service, operation, method, parameters):
        with suppress(ClientError):
            getattr(aws.client(service), method)(**parameters)
        [request] = aws.requests()
        assert (request.service, request.operation) == (service, operation)
        assert parameters.items() <= request.parameters.items()


class TestServer:
    def test_keeps_a_connection_alive_from_call_to_call(self, aws):
        connection = HTTPConnection("127.0.0.1", port_of(aws.endpoint))
        connection.connect()
        first = connection.sock
        scope = "AKIALOCALAWSEXAMPLE0/20260101/us-east-1/ssm/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
        for operation in ("DescribeMaintenanceWindows", "DescribeParameters", "Nonsense"):
            connection.request("POST", "/", "{}", {**headers, "X-Amz-Target": f"AmazonSSM.{operation}"})
            connection.getresponse().read()
        assert connection.sock is first
        connection.close()

    @pytest.mark.parametrize(
        ("service", "headers", "sent"),
        [
            ("ssm", {"X-Amz-Target": "AmazonSSM.CreateMaintenanceWindow"}, "{}"),
            ("sts", {"Content-Type": "application/x-www-form-urlencoded"}, ""),
        ],
    )
    def test_does_not_run_a_request_whose_sender_dies_half_way(self, aws, service, headers, sent):
        scope = f"AKIALOCALAWSEXAMPLE0/20260101/us-east-1/{service}/aws4_request"
        head = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}", "Content-Length": "43", **headers}
        with socket.create_connection(("127.0.0.1", port_of(aws.endpoint)), PATIENCE) as connection:
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            connection.sendall(f"POST / HTTP/1.1\r\nHost: aws\r\n{lines}\r\n{sent}".encode())
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
        assert aws.requests() == []

    @pytest.mark.parametrize(
        ("service", "method", "parameters"),
        [
            ("ssm", "describe_inventory_deletions", {}),
            ("cloudwatch", "describe_anomaly_detectors", {}),
            ("sns", "put_data_protection_policy", {"ResourceArn": "a", "DataProtectionPolicy": "{}"}),
            ("lambda", "get_account_settings", {}),
        ],
    )
    def test_unknown_operation_is_an_error_that_says_so_at_once(self, aws, service, method, parameters):
        with pytest.raises(ClientError) as caught:
            getattr(aws.client(service), method)(**parameters)
        response: Any = caught.value.response
        assert response["Error"]["Code"] == "UnknownOperationException"
        assert service in response["Error"]["Message"]
        assert response["ResponseMetadata"]["RetryAttempts"] == 0

    def test_objects_come_back_as_they_were_sent(self, aws):
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="bucket")
        body = bytes(range(256)) * 1000
        s3.put_object(Bucket="bucket", Key="key with ü", Body=body)
        assert s3.get_object(Bucket="bucket", Key="key with ü")["Body"].read() == body
        assert s3.head_object(Bucket="bucket", Key="key with ü")["ContentLength"] == len(body)

    def test_policies_that_aws_manages_exist(self, aws):
        arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
        assert aws.client("iam").get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn

    def test_service_linked_role_has_the_name_that_tasks_show(self, aws):
        role = aws.client("iam").create_service_linked_role(AWSServiceName="ssm.amazonaws.com")["Role"]
        arn = "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
        assert role["Arn"] == arn


class TestReset:
    def test_empties_everything(self, aws, ssm):
        window = ssm.create_maintenance_window(**WINDOW, ClientToken="token")["WindowId"]
        aws.client("sns").create_topic(Name="topic")
        aws.inject(Fault.error("Any", skip=3))
        aws.reset()
        assert aws.requests() == []
        assert ssm.describe_maintenance_windows()["WindowIdentities"] == []
        assert aws.client("sns").list_topics()["Topics"] == []
        assert ssm.create_maintenance_window(**WINDOW, ClientToken="token")["WindowId"] != window
        assert [ssm.describe_maintenance_windows()["ResponseMetadata"]["HTTPStatusCode"] for _ in range(4)] == [200] * 4


class TestOtherServices:
    @pytest.mark.parametrize(
        ("service", "operation", "parameters", "code"),
        [
            ("ssm", "create_document", {"Name": "a b", "Content": "{}"}, "ValidationException"),
            ("ssm", "put_parameter", {"Name": "a", "Value": "1", "Type": "Text"}, "ValidationException"),
            ("events", "put_rule", {"Name": "a b", "EventPattern": "{}"}, "ValidationException"),
            ("events", "put_rule", {"Name": "a" * 65, "EventPattern": "{}"}, "ValidationException"),
            ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException"),
            ("logs", "put_retention_policy", {"logGroupName": "a", "retentionInDays": 91}, "InvalidParameterException"),
            ("kms", "create_key", {"KeyUsage": "DECRYPT"}, "ValidationException"),
        ],
    )
    def test_refuse_what_breaks_their_model(self, aws, service, operation, parameters, code):
        with pytest.raises(ClientError) as caught:
            getattr(aws.client(service), operation)(**parameters)
        error: Any = caught.value.response["Error"]
        assert error["Code"] == code
        assert "failed to satisfy constraint" in error["Message"]


def test_the_first_calls_of_many_services_at_once_are_all_answered():
    """moto's modules import each other in circles: two threads that import them at once would block each other."""
    calls = {
        "cloudwatch": "describe_alarms",
        "ec2": "describe_instances",
        "events": "list_rules",
        "iam": "list_roles",
        "kms": "list_keys",
        "lambda": "list_functions",
        "logs": "describe_log_groups",
        "resource-groups": "list_groups",
        "s3": "list_buckets",
        "scheduler": "list_schedules",
        "sns": "list_topics",
        "sqs": "list_queues",
        "stepfunctions": "list_state_machines",
    }
    with LocalAws() as aws, ThreadPoolExecutor(len(calls)) as pool:
        clients = {service: aws.client(service, config=Config(retries={"total_max_attempts": 1})) for service in calls}
        answers = [pool.submit(getattr(clients[service], call)) for service, call in calls.items()]
        assert all(answer.result() for answer in answers)
