"""The bot's abilities: rasa-sdk actions, run in process."""

from rasa_sdk.executor import ActionExecutor

from bot.actions.answer import ActionAnswer
from bot.actions.callback import (
    FIELDS,
    ActionAskField,
    ActionCancelCallback,
    ActionStartCallback,
    ActionSubmitCallback,
    ValidateCallbackForm,
)
from bot.actions.case import ActionCase, ActionWhichCase
from bot.actions.choices import ActionChoices
from bot.actions.erase import ActionDelete
from bot.actions.feedback import ActionHelped
from bot.actions.follow_up import ActionAspect
from bot.actions.greet import ActionGreet, ActionHelp, ActionPrivacy
from bot.actions.human import ActionHuman, ActionWithdraw
from bot.actions.language import ActionLanguage
from bot.actions.no_answer import ActionNoAnswer
from bot.actions.procedure import ActionPapers, ActionStep, ActionStop, ActionTick
from bot.actions.smalltalk import ActionSmalltalk
from bot.actions.topics import ActionTopics, ActionWelcome
from bot.actions.urgent import ActionUrgent
from retrieval.answers import Answers

ABILITIES = (
    ActionAnswer,
    ActionAspect,
    ActionCancelCallback,
    ActionCase,
    ActionChoices,
    ActionDelete,
    ActionGreet,
    ActionHelp,
    ActionHelped,
    ActionHuman,
    ActionLanguage,
    ActionNoAnswer,
    ActionPapers,
    ActionPrivacy,
    ActionSmalltalk,
    ActionStep,
    ActionStop,
    ActionSubmitCallback,
    ActionTick,
    ActionTopics,
    ActionUrgent,
    ActionWelcome,
    ActionWhichCase,
    ActionWithdraw,
    ValidateCallbackForm,
)


def action_executor(answers: Answers) -> ActionExecutor:
    """An executor with every action registered."""
    executor = ActionExecutor()
    abilities = [ability(answers) for ability in ABILITIES]
    asking = [ActionAskField(answers, field) for field in FIELDS]
    for action in (*abilities, *asking, ActionStartCallback()):
        executor.register_action(action)
    return executor
