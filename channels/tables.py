"""The channels' tables. Importing this makes them known, for what goes over all tables there are."""

import channels.bridge.tables
import channels.telegram.tables  # noqa: F401
