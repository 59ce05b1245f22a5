import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from pulumi_ssm_maintenance.testing.local_aws.faults import Fault

DESCRIBE, CREATE = "DescribeMaintenanceWindows", "CreateMaintenanceWindow"


def client(aws, service, **config):
    """A client that tries once."""
    settings = Config(retries={"total_max_attempts": 1}, proxies={}, max_pool_connections=20, **config)
    keys = {name.lower(): aws.env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    return boto3.client(service, endpoint_url=aws.endpoint, region_name=aws.region, config=settings, **keys)


@pytest.fixture
def ssm(aws):
    return client(aws, "ssm", read_timeout=5)


@pytest.fixture
def sts(aws):
    return client(aws, "sts")


def create(ssm):
    return ssm.create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]


def windows(ssm):
    return ssm.describe_maintenance_windows()["WindowIdentities"]


def error(call, *args):
    with pytest.raises(ClientError) as caught:
        call(*args)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def outcomes(call, count):
    def outcome(_):
        try:
            call()
        except ClientError as failure:
            response: Any = failure.response
            return response["Error"]["Code"]
        return "ok"

    return [outcome(n) for n in range(count)]


class TestFilters:
    def test_skip_and_times_pick_the_calls_that_are_hit(self, aws, ssm):
        aws.inject(Fault.error("InternalServerError", status=500, skip=1, times=2))
        hit = "InternalServerError"
        assert outcomes(ssm.describe_maintenance_windows, 5) == ["ok", hit, hit, "ok", "ok"]

    def test_operation_picks_the_operation(self, aws, ssm):
        aws.inject(Fault.error("InternalServerError", operation=CREATE))
        assert error(create, ssm)[0] == "InternalServerError"
        assert windows(ssm) == []

    def test_service_is_ssm_by_default(self, aws, ssm, sts):
        aws.inject(Fault.error("InternalServerError"))
        assert sts.get_caller_identity()["Account"] == "123456789012"
        aws.clear_faults()
        aws.inject(Fault.error("InternalFailure", service="sts"))
        assert error(sts.get_caller_identity)[0] == "InternalFailure"
        assert windows(ssm) == []

    def test_service_none_is_every_service(self, aws, ssm, sts):
        aws.inject(Fault.error("InternalFailure", service=None))
        assert error(sts.get_caller_identity)[0] == error(windows, ssm)[0] == "InternalFailure"

    def test_misspelt_operation_is_refused(self, aws):
        with pytest.raises(RuntimeError, match="ssm has no operation CreateMaintenanceWindows"):
            aws.inject(Fault.error("Any", operation="CreateMaintenanceWindows"))

    def test_cleared_faults_are_gone(self, aws, ssm):
        aws.inject(Fault.error("InternalServerError"))
        aws.clear_faults()
        assert windows(ssm) == []

    def test_of_those_that_end_a_call_the_first_wins_and_the_next_is_not_used_up(self, aws, ssm):
        aws.inject(Fault.error("First", times=1))
        aws.inject(Fault.error("Second", times=1))
        assert outcomes(ssm.describe_maintenance_windows, 3) == ["First", "Second", "ok"]


class TestError:
    def test_carries_code_status_and_message_and_has_no_effect(self, aws, ssm):
        aws.inject(Fault.error("InternalServerError", status=503, message="not today", times=1))
        assert error(create, ssm) == ("InternalServerError", "not today", 503)
        assert windows(ssm) == []

    def test_raises_the_exception_class_of_a_modelled_code(self, aws, ssm):
        aws.inject(Fault.error("InternalServerError", status=500, message="not today", times=1))
        with pytest.raises(ssm.exceptions.InternalServerError) as caught:
            windows(ssm)
        assert caught.value.response["Message"] == "not today"

    @pytest.mark.parametrize(
        ("service", "operation"),
        [
            ("sts", "get_caller_identity"),
            ("s3", "list_buckets"),
            ("lambda", "list_functions"),
            ("ec2", "describe_vpcs"),
        ],
        ids=["query", "rest_xml", "rest_json", "ec2"],
    )
    def test_is_written_in_every_protocol(self, aws, service, operation):
        aws.inject(Fault.error("SomeCode", status=409, message="<some> text", service=service))
        assert error(getattr(client(aws, service), operation)) == ("SomeCode", "<some> text", 409)


class TestCredentials:
    def test_access_denied_names_the_action(self, aws, ssm):
        aws.inject(Fault.access_denied(operation=CREATE))
        code, message, status = error(create, ssm)
        assert (code, status) == ("AccessDeniedException", 400)
        assert f"is not authorized to perform: ssm:{CREATE}" in message

    def test_expired_credentials(self, aws, ssm):
        aws.inject(Fault.expired_credentials())
        text = "The security token included in the request is expired"
        assert error(windows, ssm) == ("ExpiredTokenException", text, 400)

    def test_of_a_query_service_have_the_codes_of_the_query_protocol(self, aws, sts):
        aws.inject(Fault.access_denied(service="sts", times=1))
        aws.inject(Fault.expired_credentials(service="sts", times=1))
        assert error(sts.get_caller_identity)[0] == "AccessDenied"
        assert error(sts.get_caller_identity)[::2] == ("ExpiredToken", 403)


class TestThrottle:
    def test_lets_the_burst_pass_and_refuses_the_rest(self, aws, ssm):
        aws.inject(Fault.throttle(rate=0.001, burst=3))
        refused = "ThrottlingException"
        assert outcomes(ssm.describe_maintenance_windows, 5) == ["ok", "ok", "ok", refused, refused]
        assert error(windows, ssm) == (refused, "Rate exceeded", 400)

    def test_fills_up_again_with_time(self, aws, ssm):
        aws.inject(Fault.throttle(rate=20, burst=1))
        assert outcomes(ssm.describe_maintenance_windows, 2)[0] == "ok"
        time.sleep(0.1)
        assert windows(ssm) == []


class TestReset:
    def test_before_the_effect_leaves_nothing(self, aws, ssm):
        aws.inject(Fault.reset_before(operation=CREATE, times=1))
        with pytest.raises(ConnectionClosedError):
            create(ssm)
        assert windows(ssm) == []

    def test_after_the_effect_leaves_the_effect(self, aws, ssm):
        aws.inject(Fault.reset_after(operation=CREATE, times=1))
        with pytest.raises(ConnectionClosedError):
            create(ssm)
        assert len(windows(ssm)) == 1

    def test_after_the_effect_and_a_retry_of_the_client_make_one_window(self, aws, ssm):
        aws.inject(Fault.reset_after(operation=CREATE, times=1))
        window = create(aws.client("ssm"))
        assert [item["WindowId"] for item in windows(ssm)] == [window]

    def test_is_logged_without_a_status(self, aws, ssm):
        aws.inject(Fault.reset_before(operation=CREATE, times=1))
        with pytest.raises(ConnectionClosedError):
            create(ssm)
        [request] = aws.requests()
        assert (request.operation, request.status, request.error_code) == (CREATE, None, None)

    def test_hang_answers_nothing_and_has_no_effect(self, aws, ssm):
        aws.inject(Fault.hang(30, operation=CREATE, times=1))
        with pytest.raises(ReadTimeoutError):
            create(client(aws, "ssm", read_timeout=0.2))
        assert windows(ssm) == []


class TestLatency:
    def test_delays_the_call_in_its_own_thread(self, aws, ssm):
        aws.inject(Fault.latency(1))
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda _: windows(ssm), range(16)))
        requests = aws.requests(operation=DESCRIBE)
        assert min(request.seconds for request in requests) >= 1
        assert max(request.in_flight for request in requests) == 16

    def test_comes_before_the_effect(self, aws, ssm):
        aws.inject(Fault.latency(1, operation=CREATE))
        with ThreadPoolExecutor(1) as pool:
            creation = pool.submit(create, ssm)
            assert windows(ssm) == []
            assert creation.result()
        assert len(windows(ssm)) == 1

    def test_adds_up(self, aws, ssm):
        aws.inject(Fault.latency(0.05))
        aws.inject(Fault.latency(0.05))
        windows(ssm)
        [request] = aws.requests()
        assert request.seconds >= 0.1


def test_where_hits_only_calls_with_these_parameters(aws, ssm):
    hit, spared = create(ssm), create(ssm)
    aws.inject(Fault.error("InternalServerError", operation="GetMaintenanceWindow", where={"WindowId": hit}))
    with pytest.raises(ClientError):
        ssm.get_maintenance_window(WindowId=hit)
    assert ssm.get_maintenance_window(WindowId=spared)["WindowId"] == spared


def test_faults_leave_the_control_endpoint_alone(aws):
    for fault in (Fault.latency(60, service=None), Fault.error("Any", service=None), Fault.reset_before(service=None)):
        aws.inject(fault)
    assert aws.requests() == []
    aws.clear_faults()
