"""The bot's abilities: rasa-sdk actions, run in process."""

from rasa_sdk.executor import ActionExecutor

from bot.actions.answer import ActionAnswer
from bot.actions.choices import ActionChoices
from bot.actions.greet import ActionGreet
from bot.actions.no_answer import ActionNoAnswer
from retrieval.answers import Answers


def action_executor(answers: Answers) -> ActionExecutor:
    """An executor with every action registered."""
    executor = ActionExecutor()
    for action in (ActionGreet(answers), ActionAnswer(answers), ActionChoices(answers), ActionNoAnswer(answers)):
        executor.register_action(action)
    return executor
