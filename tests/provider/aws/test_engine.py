"""Whether the engine that started the plugin is still running, by its pipe and by its address."""

import os
import select
import socket
import sys

import pytest

from pulumi_ssm_maintenance.aws import engine
from pulumi_ssm_maintenance.aws.engine import demand_engine, engine_listens, output_is_read
from pulumi_ssm_maintenance.errors import SsmMaintenanceError


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address_of(server):
    host, port = server.getsockname()
    return f"{host}:{port}"


def test_an_engine_that_listens_is_running(listener):
    assert engine_listens([address_of(listener)])


def test_an_engine_that_refuses_connections_is_gone(listener):
    address = address_of(listener)
    listener.close()
    assert not engine_listens([address])


def test_the_address_is_found_behind_the_flags_of_a_verbose_engine(listener):
    arguments = ["--logtostderr", "-v=9", "--tracing", "tcp://127.0.0.1:1", address_of(listener)]
    assert engine_listens(arguments)
    listener.close()
    assert not engine_listens(arguments)


def test_an_engine_too_busy_to_accept_is_running(monkeypatch):
    def slow(*_):
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", slow)
    assert engine_listens(["127.0.0.1:1"])


def test_without_an_address_the_pipe_alone_decides():
    assert engine_listens([])


def test_a_closed_pipe_is_noticed():
    reader, writer = os.pipe()
    assert output_is_read(writer)
    os.close(reader)
    assert not output_is_read(writer)
    os.close(writer)


def test_output_to_a_file_counts_as_read(tmp_path):
    with (tmp_path / "output").open("w") as file:
        assert output_is_read(file.fileno())


@pytest.mark.parametrize("gone", ["output_is_read", "engine_listens"])
def test_a_plugin_sends_nothing_without_either(monkeypatch, gone):
    for fact in ("output_is_read", "engine_listens"):
        monkeypatch.setattr(engine, fact, lambda _, fact=fact: fact != gone)
    demand_engine()  # a test is no plugin
    monkeypatch.setattr(engine, "_is_plugin", lambda: True)
    with pytest.raises(SsmMaintenanceError, match="the Pulumi engine that started this provider is gone"):
        demand_engine()


def test_where_no_pipe_can_be_asked_the_address_alone_decides(monkeypatch, listener):
    monkeypatch.delattr(select, "poll")  # as on Windows
    monkeypatch.setattr(engine, "_is_plugin", lambda: True)
    monkeypatch.setattr(sys, "argv", ["plugin", address_of(listener)])
    demand_engine()
    listener.close()
    with pytest.raises(SsmMaintenanceError, match="is gone"):
        demand_engine()
