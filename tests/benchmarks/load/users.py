"""What Locust's users do: whole conversations, each from an address of its own, or nothing but `GET /health`.

`KALAUZ_LOAD_HOSTS` names the servers, separated by spaces: a user stays with one.
"""

import itertools
import os
import random

from locust import FastHttpUser, task

from retrieval.question_sets import read_questions
from tests.benchmarks.served import QUESTIONS
from tests.warm import starter_content

API = "/api/v1/conversations"
# Fewer than one conversation may write in a minute.
TURNS = 15
ASKED = [question.text for path in QUESTIONS for question in read_questions(path) if question.kind == "in"]
ASKED += [text for article in starter_content().articles for asked in article.asked.values() for text in asked]
_servers = itertools.cycle(os.environ.get("KALAUZ_LOAD_HOSTS", "http://127.0.0.1:8000").split())
_numbers = itertools.count()


class Person(FastHttpUser):
    """Asks one question after another; a turn is stored, looked up and replied to before the next one."""

    def __init__(self, environment: object) -> None:
        self.host = next(_servers)
        super().__init__(environment)
        self._said = random.Random(os.getpid() + next(_numbers))

    @task
    def talk(self) -> None:
        number = next(_numbers)
        headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
        started = self.client.post(API, json={}, headers=headers, name="start").json()
        headers["Authorization"] = f"Bearer {started['token']}"
        address = f"{API}/{started['id']}/messages"
        for turn in range(TURNS):
            message = {"text": self._said.choice(ASKED), "client_id": f"message-{turn}"}
            with self.client.post(address, json=message, headers=headers, name="turn", catch_response=True) as response:
                senders = [one["sender"] for one in (response.json() or {}).get("messages", [])]
                if senders != ["migrant", "bot"]:
                    response.failure(f"{response.status_code}: {senders}")


class Idler(FastHttpUser):
    """Asks the route that does nothing, for comparison."""

    def __init__(self, environment: object) -> None:
        self.host = next(_servers)
        super().__init__(environment)

    @task
    def nothing(self) -> None:
        self.client.get("/health", name="nothing")
