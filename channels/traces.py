"""Where the time of a request goes, for a collector of OpenTelemetry: spans of requests and of the database's work.

FastAPI's own spans tell addresses, with ids of conversations and what somebody looks for in them. So a span leaves with
what is listed here, and with nothing else. Those of SQL are made here: OpenTelemetry's package for SQLAlchemy refuses
the version that we have.
"""

from collections.abc import Callable, Sequence
from weakref import WeakKeyDictionary

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode
from sqlalchemy import Connection, Engine, ExceptionContext, event

from bot.messages import Taken, Watch
from channels.requests import SPAN_ATTRIBUTE, WATCHED

# Names of OpenTelemetry's conventions. SQL has placeholders: `Database` never puts values into it.
KEPT = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "db.system.name",
        "db.query.text",
        SPAN_ATTRIBUTE,
        "kalauz.outcome",
        "kalauz.language",
        "kalauz.confidence",
    }
)


class Traces:
    """Sends spans to `url` by OTLP over HTTP; whatever else is to be set, OpenTelemetry's own variables set."""

    def __init__(self, url: str) -> None:
        own = Resource({"service.name": "kalauz"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=own, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(Discreet(OTLPSpanExporter(url))))
        self._statements = Statements(self._provider.get_tracer(__name__))

    @property
    def requests(self) -> TelemetryConfig:
        """What FastAPI is told: a span of each request, but of those that only ask how the server is."""
        return {"tracing": True, "tracer_provider": self._provider, "exclude": lambda scope: scope["path"] in WATCHED}

    def close(self) -> None:
        """Send what is left; it may take some seconds."""
        self._statements.close()
        self._provider.shutdown()


class Statements:
    """A span of every statement that a request brings about; what the clock asks the database has none."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer
        self._running: WeakKeyDictionary[object, trace.Span] = WeakKeyDictionary()
        self._heard: list[tuple[str, Callable[..., None]]] = [
            ("before_cursor_execute", self._begins),
            ("after_cursor_execute", self._ends),
            ("handle_error", self._fails),
        ]
        for name, hears in self._heard:
            event.listen(Engine, name, hears)

    def close(self) -> None:
        for name, hears in self._heard:
            event.remove(Engine, name, hears)

    def _begins(
        self, connection: Connection, cursor: object, statement: str, values: object, context: object, many: bool
    ) -> None:
        if trace.get_current_span().is_recording():
            told = {"db.system.name": connection.dialect.name, "db.query.text": statement}
            name, *_ = statement.split(maxsplit=1)
            self._running[context] = self._tracer.start_span(name, kind=SpanKind.CLIENT, attributes=told)

    def _ends(
        self, connection: Connection, cursor: object, statement: str, values: object, context: object, many: bool
    ) -> None:
        if span := self._running.pop(context, None):
            span.end()

    def _fails(self, failure: ExceptionContext) -> None:
        if failure.execution_context and (span := self._running.pop(failure.execution_context, None)):
            span.set_status(StatusCode.ERROR)
            span.end()


class Discreet(SpanExporter):
    """Hands on of each span what may be told."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([_discreet(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def noting(watch: Watch) -> Watch:
    """`watch`, and what became of a message goes to its request's span."""

    def begin() -> Callable[[Taken], None]:
        done = watch()

        def took(taken: Taken) -> None:
            known = {"outcome": taken.outcome, "language": taken.language, "confidence": taken.confidence}
            for name, value in known.items():
                if value is not None:
                    trace.get_current_span().set_attribute(f"kalauz.{name}", value)
            done(taken)

        return took

    return begin


def _discreet(span: ReadableSpan) -> ReadableSpan:
    # Without its state, which is whatever the request's own header says.
    here = span.context
    return ReadableSpan(
        span.name,
        SpanContext(here.trace_id, here.span_id, here.is_remote, here.trace_flags),
        span.parent,
        span.resource,
        {name: value for name, value in (span.attributes or {}).items() if name in KEPT},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
