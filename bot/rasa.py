"""Kalauz as a Rasa assistant's action server: the same actions, on the tracker that it sends."""

import logging
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

from bot.actions import action_executor
from bot.messages import Acted
from retrieval.answers import Answers
from retrieval.question import QuestionError

log = logging.getLogger(__name__)


class _Intent(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str | None = None


class _LatestMessage(BaseModel):
    """`answer`, which our own understanding adds, is left out: what is quoted comes from here alone."""

    model_config = ConfigDict(extra="ignore")
    text: str | None = None
    intent: _Intent | None = None
    entities: list[dict[str, Any]] = []


class _Tracker(BaseModel):
    model_config = ConfigDict(extra="allow")
    sender_id: str
    slots: dict[str, Any] = {}
    latest_message: _LatestMessage | None = None
    events: list[dict[str, Any]] = []


class _Call(BaseModel):
    model_config = ConfigDict(extra="allow")
    next_action: str | None = None
    tracker: _Tracker
    domain: dict[str, Any] | None = Field(None)
    domain_digest: str | None = None


class RasaActions:
    """Runs one action a call, in an executor of its own: it remembers the assistant's domain."""

    def __init__(self, answers: Answers) -> None:
        self._executor = action_executor(answers)

    async def act(self, call: object) -> Acted:
        """The status and body that rasa-sdk's own server would give."""
        try:
            checked = _Call.model_validate(call).model_dump()
        except ValidationError:
            return Acted(400, {"error": "Invalid body request"})
        if not checked["domain"] and checked["domain"] is not None:
            # rasa-sdk takes an empty domain for none.
            checked["domain"] = {"actions": []}
        try:
            result = await self._executor.run(checked)
        except QuestionError as error:
            return Acted(400, {"error": str(error), "action_name": checked["next_action"]})
        except ActionExecutionRejection as error:
            return Acted(400, {"error": error.message, "action_name": error.action_name})
        except ActionNotFoundException as error:
            return Acted(404, {"error": error.message, "action_name": error.action_name})
        except ActionMissingDomainException as error:
            return Acted(449, {"error": error.message, "action_name": error.action_name})
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            # Slots, events and entities are the assistant's own, and may hold anything under our names. An error quotes
            # what they hold.
            log.warning("a Rasa assistant's call could not be read (%s)", type(error).__name__)
            return Acted(400, {"error": "Invalid body request"})
        return Acted(200, result.model_dump() if result else None)
