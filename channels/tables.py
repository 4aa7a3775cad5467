"""All tables. Importing this makes them known, for what goes over all that there are."""
# ruff: noqa: F401

import bot.editing.tables
import bot.handoff.tables
import bot.staff.tables
import bot.tables
import channels.bridge.tables
import channels.telegram.tables
