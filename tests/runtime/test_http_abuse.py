"""Clients of `tern serve` that leave, do not read, send nothing or come in crowds: others are answered all the same."""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import time
from pathlib import Path
from typing import Callable

import pytest
from common import REDUCED
from runtime.tern_server import PATIENCE, TernServer, has_answer, ner_body, raw_request, read_answer, read_to_end

SAMPLE = ner_body("Alan Turing was born on June 23, 1912, in London, England.")


def quotes(count: int) -> bytes:
    """Each quote is a token: much work in few bytes."""
    return raw_request(ner_body("'" * (count // 10 if REDUCED else count)))


WORK = quotes(40_000)
LONG_WORK = quotes(300_000)
PLACES = 1024

Start = Callable[..., TernServer]


@pytest.fixture
def start(program, model_file) -> Start:
    return lambda *options: TernServer(program("tern"), model_file, *options)


def reset(connection: socket.socket) -> None:
    """Closes so that the server sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def cpu_seconds(server: TernServer) -> float:
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def connect(server: TernServer, count: int) -> list[socket.socket]:
    return [server.connect() for _ in range(count)]


def close(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.close()


# ---- who leaves ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [SAMPLE, ner_body("Angela Merkel visited Paris. " * 2000)])
def test_half_closed_client_gets_its_answer(start: Start, body: bytes) -> None:
    """It says that it sends no more, as `nc -N` does, and still reads."""
    with start() as server:
        expected = server.ner(body).body
        for _ in range(5):
            with server.connect() as connection:
                connection.sendall(raw_request(body))
                connection.shutdown(socket.SHUT_WR)
                assert read_answer(connection).body == expected


def test_half_closed_client_gets_all_its_answers(start: Start) -> None:
    with start() as server, server.connect() as connection:
        connection.sendall(raw_request(SAMPLE) * 3 + raw_request(b"", "GET", "/healthz"))
        connection.shutdown(socket.SHUT_WR)
        assert read_to_end(connection).count(b"HTTP/1.1 200 OK\r\n") == 4


def test_half_closed_client_gets_all_its_answers_of_many_reads(start: Start) -> None:
    """More than the server reads at once, so that the end is known before all of it is read."""
    body = SAMPLE.ljust(50_000)
    with start() as server, server.connect() as connection:
        connection.sendall(raw_request(body) * 10)
        connection.shutdown(socket.SHUT_WR)
        assert read_to_end(connection).count(b"HTTP/1.1 200 OK\r\n") == 10


def test_work_of_clients_that_are_gone_is_dropped(start: Start) -> None:
    with start("--threads", "1") as server:
        before = cpu_seconds(server)
        with server.connect() as connection:
            connection.sendall(WORK)
            assert read_answer(connection).status == 200
        one = cpu_seconds(server) - before
        gone = connect(server, 30)
        for connection in gone:
            connection.sendall(WORK)
        assert server.request("GET", "/healthz").status == 200
        before = cpu_seconds(server)
        for connection in gone:
            reset(connection)
        assert server.ner(SAMPLE).status == 200
        assert cpu_seconds(server) - before < 10 * one


def test_whoever_still_sends_goes_before_the_half_closed(start: Start) -> None:
    with start("--threads", "1") as server:
        closed = connect(server, 5)
        for connection in closed:
            connection.sendall(WORK)
            connection.shutdown(socket.SHUT_WR)
        assert server.request("GET", "/healthz").status == 200
        assert server.ner(SAMPLE).status == 200
        assert not has_answer(closed[-1])
        assert [read_answer(connection).status for connection in closed] == [200] * 5
        close(closed)


# ---- who does not read, or says nothing -----------------------------------------------------------------------------------


def test_crowds_that_keep_the_server_waiting_displace_themselves(start: Start) -> None:
    pages = raw_request(b"", "GET", "/") * 200
    with start("--timeout", "3600") as server:
        silent = connect(server, PLACES // 2)
        unread = connect(server, 300)
        for connection in unread:
            connection.sendall(pages)
        slow = connect(server, PLACES)
        for connection in slow:
            connection.sendall(b"POST /ner HTT")
        for _ in range(20):
            assert server.ner(SAMPLE).status == 200
        close(silent + unread + slow)


def test_known_client_stays_when_a_crowd_comes(start: Start) -> None:
    with start("--timeout", "3600") as server:
        known = server.http()
        known.request("GET", "/healthz")
        known.getresponse().read()
        crowd = connect(server, 2 * PLACES)
        assert server.ner(SAMPLE).status == 200
        known.request("GET", "/healthz")  # on the same connection: http.client would fail
        assert known.getresponse().status == 200
        known.close()
        close(crowd)


def test_few_open_files(program, model_file: Path, tmp_path: Path) -> None:
    wrapper = tmp_path / "tern"
    wrapper.write_text(f'#!/bin/sh\nulimit -n 32\nexec "{program("tern")}" "$@"\n')
    wrapper.chmod(0o755)
    with TernServer(wrapper, model_file, "--timeout", "3600") as server:
        crowd = connect(server, 100)
        for _ in range(5):
            assert server.ner(SAMPLE).status == 200
        close(crowd)


def wait_until_it_computes(server: TernServer) -> None:
    """Until a thread besides the one that reads requests has used 50 ms of a processor."""
    pid = server.process.pid
    workers = [path for path in Path(f"/proc/{pid}/task").iterdir() if path.name != str(pid)]
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for worker in workers:
            fields = (worker / "stat").read_text().rpartition(")")[2].split()
            if int(fields[11]) + int(fields[12]) >= 0.05 * os.sysconf("SC_CLK_TCK"):  # utime, stime
                return
        time.sleep(0.01)
    raise AssertionError(f"no work after {PATIENCE} s")


def test_queue_is_bounded(start: Start) -> None:
    with start("--threads", "1") as server:
        first = server.connect()
        first.sendall(LONG_WORK)
        wait_until_it_computes(server)
        server.send_signal(signal.SIGSTOP)  # the work does not go on while this process writes, however slow that is
        many = connect(server, 600)  # by the kernel
        for connection in many:
            connection.sendall(raw_request(SAMPLE))
        server.send_signal(signal.SIGCONT)
        assert select.select(many, [], [], PATIENCE)[0]
        assert server.request("GET", "/healthz").status == 200  # so all of them have been read
        answers = [read_answer(connection) for connection in many if has_answer(connection)]
        refused = [answer for answer in answers if answer.status != 200]
        assert 0 < len(refused) < 100
        for answer in refused:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
            assert "try again" in answer.json["error"]
        reset(first)
        close(many)


# ---- the end ------------------------------------------------------------------------------------------------------------


def test_sigterm_ends_soon_whatever_runs(start: Start) -> None:
    with start("--threads", "1") as server:
        running = connect(server, 20)
        for connection in running:
            connection.sendall(LONG_WORK)
        assert server.request("GET", "/healthz").status == 200
        began = time.monotonic()
        server.send_signal()
        answers = [read_answer(connection) for connection in running]
        assert server.wait() == 0
        if not REDUCED:  # 20 times some seconds of work
            assert {answer.status for answer in answers} <= {200, 503} and answers[-1].status == 503
            assert "stopping" in answers[-1].json["error"]
        print(f"ended after {time.monotonic() - began:.1f} s")
        close(running)


def test_whoever_waits_in_the_kernels_queue_at_sigterm_is_answered(start: Start) -> None:
    with start() as server:
        idle = connect(server, 5)
        assert server.ner(SAMPLE).status == 200
        server.send_signal(signal.SIGSTOP)
        waiting = connect(server, 20)
        for connection in waiting:
            connection.sendall(raw_request(SAMPLE))
        server.send_signal()
        server.send_signal(signal.SIGCONT)
        assert [read_answer(connection).status for connection in waiting] == [200] * 20
        assert server.wait() == 0
        close(idle + waiting)
