"""One virtual user: post a text, check the answer, think."""

from __future__ import annotations

import random

from locust import FastHttpUser, task

from load import header, payloads
from load.answer import problem_with
from load.scenarios import SCENARIOS

PAYLOADS = payloads.read()
REQUEST_TIMEOUT_SECONDS = 30.0  # an HTTP API gives up on its integration after 30 s


class NerUser(FastHttpUser):
    """Sends short and long texts equally often."""

    connection_timeout = REQUEST_TIMEOUT_SECONDS
    network_timeout = REQUEST_TIMEOUT_SECONDS

    def wait_time(self) -> float:
        return random.uniform(*SCENARIOS[self.environment.parsed_options.scenario].think_seconds)

    @task
    def ner(self) -> None:
        payload = random.choice(PAYLOADS[random.choice(payloads.KINDS)])
        options = self.environment.parsed_options
        headers = dict(map(header.parse, options.header))
        with self.client.post(
            options.path, json={"text": payload.text}, headers=headers, name=options.path, catch_response=True
        ) as response:
            if response.status_code == 0:
                return  # no answer at all: Locust counts it and says why
            problem = problem_with(
                response.status_code,
                response.headers.get("Content-Type"),
                response.content,
                payload.entities,
                payload.name,
            )
            if problem is not None:
                response.failure(problem)
