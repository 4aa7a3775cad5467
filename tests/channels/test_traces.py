"""Spans go to a collector over HTTP, tell where the time went, and hold nothing of anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from channels import settings
from channels.settings import Settings
from channels.traces import Statements
from knowledge_base.database import Database
from retrieval.encoder import Encoder
from tests.channels.conftest import until
from tests.channels.telegram.fake import TOKEN, serving_telegram
from tests.channels.test_logs import CHAT, MARKS, hire, serving, told


class Collector:
    """Takes spans in as a collector does."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        taken = self.bodies

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                taken.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1/traces"

    def spans(self) -> list[Span]:
        calls = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [span for call in calls for of in call.resource_spans for by in of.scope_spans for span in by.spans]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    thread = Thread(target=collector.server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector.server.shutdown()
        collector.server.server_close()
        thread.join()


def told_of(span: Span) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in span.attributes}


def test_spans_tell_where_the_time_went_and_nothing_of_anybody(tmp_path: Path, encoder: Encoder) -> None:
    with (
        serving_telegram() as telegram,
        collecting() as collector,
        serving(
            tmp_path,
            encoder,
            KALAUZ_TELEGRAM_TOKEN=TOKEN,
            KALAUZ_TELEGRAM_API_BASE=telegram.url,
            KALAUZ_TRACES_URL=collector.url,
        ) as server,
    ):
        hire(server)
        until(lambda: "by polling" in server.log.read_text("utf-8"))
        with httpx.Client(base_url=server.address) as client:
            secrets = told(client, telegram)
            client.get("/health")
            trace = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "who=state-mark"}
            client.get("/chat", headers=trace)
        server.stop()
    spans = collector.spans()
    asked = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    requests = {span.name: span for span in asked}
    message = requests["POST /api/v1/conversations/{conversation_id}/messages"]
    known = told_of(message)
    assert known["http.response.status_code"] == 201
    assert (known["kalauz.outcome"], known["kalauz.language"]) == ("human", "en")
    assert known["kalauz.request"] == "0123456789abcdef" * 2
    inside = [told_of(span) for span in spans if span.trace_id == message.trace_id and span != message]
    assert {one["db.system.name"] for one in inside if "db.system.name" in one} == {"sqlite"}
    assert any(one.get("db.query.text", "").startswith("INSERT INTO events") for one in inside)
    # Who sends a trace along finds the request in it.
    assert bytes.fromhex("a" * 32) in {span.trace_id for span in asked}
    # An address that there is not is no route, and has no other name.
    assert {"GET /console/desk/{id}", "GET"} <= set(requests)
    assert "GET /health" not in requests
    # What the clock asks the database every few seconds is nobody's request.
    assert {span.trace_id for span in spans} == {span.trace_id for span in asked}
    sent = b"".join(collector.bodies).decode("utf-8", "replace")
    for secret in (*MARKS.values(), *secrets, "mark", "Zsófia", "0199", str(CHAT), TOKEN.split(":")[1], "python-httpx"):
        assert secret not in sent, secret


async def test_a_statement_that_fails_is_a_span_that_failed_and_does_not_say_why(database: Database) -> None:
    made = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(made))
    tracer = provider.get_tracer("test")
    statements = Statements(tracer)
    with tracer.start_as_current_span("request"):
        with pytest.raises(DBAPIError):
            async with database.reading() as session:
                await session.execute(text("SELECT :value FROM nowhere"), {"value": "a value-mark"})
        async with database.reading() as session:
            await session.execute(text("SELECT :value"), {"value": "a value-mark"})
    async with database.reading() as session:
        await session.execute(text("SELECT 3"))
    statements.close()
    selects = [span for span in made.get_finished_spans() if span.name == "SELECT"]
    assert [span.status.status_code for span in selects] == [StatusCode.ERROR, StatusCode.UNSET]
    assert all("value-mark" not in span.to_json() for span in selects)


def test_a_collector_that_is_away_stops_nobody(tmp_path: Path, encoder: Encoder) -> None:
    with collecting() as collector:
        pass
    with serving(tmp_path, encoder, KALAUZ_TRACES_URL=collector.url) as server:
        until(server.health)
        with httpx.Client(base_url=server.address) as client:
            until(lambda: client.get("/ready").status_code == 200)
            assert client.post("/api/v1/conversations", json={}).status_code == 201
        assert "Traceback" not in server.stop()


def test_without_the_setting_nothing_is_sent_whatever_the_environment_says(tmp_path: Path, encoder: Encoder) -> None:
    with (
        collecting() as collector,
        serving(
            tmp_path,
            encoder,
            FASTAPI_OTEL_AUTO_CONFIGURE="true",
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url.removesuffix("/v1/traces"),
            OTEL_METRIC_EXPORT_INTERVAL="100",
        ) as server,
    ):
        until(server.health)
        with httpx.Client(base_url=server.address) as client:
            until(lambda: client.get("/ready").status_code == 200)
            assert client.post("/api/v1/conversations", json={}).status_code == 201
            assert client.get("/console/sign-in").status_code == 200
        server.stop()
        assert collector.bodies == []


def test_without_its_packages_the_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    assert Settings(traces_url=" ").traces_url is None
    monkeypatch.setattr(settings, "distribution", missing)
    with pytest.raises(ValidationError, match=r"pip install 'kalauz\[traces\]'"):
        Settings(traces_url="http://127.0.0.1:4318/v1/traces")
    assert Settings().traces_url is None
