"""At the most talkative level, too: neither what people write nor who they are nor the token is in a log."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from retrieval.encoder import Encoder
from tests.channels.conftest import data_folder, until
from tests.channels.telegram.fake import TOKEN, Fault, Telegram
from tests.conftest import ROOT
from tests.end_to_end.conftest import free_port

SECRET = "Zsófia Kovácsné from Tündérkert street"
CHAT = 778899001


def test_neither_texts_nor_people_nor_the_token_are_in_the_log(
    tmp_path: Path, encoder: Encoder, telegram: Telegram
) -> None:
    data_folder(tmp_path / "data", encoder)
    settings = {
        "KALAUZ_DATA_DIR": str(tmp_path / "data"),
        "KALAUZ_LOG_LEVEL": "debug",
        "KALAUZ_TELEGRAM_TOKEN": TOKEN,
        "KALAUZ_TELEGRAM_API_BASE": telegram.url,
    }
    port = free_port()
    command = [sys.executable, "-m", "channels", "serve", "--port", str(port)]
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        until(lambda: "by polling" in log.read_text("utf-8"))
        assert httpx.get(f"http://127.0.0.1:{port}/ready").json()["telegram"] == "polling"
        telegram.queue(telegram.text("/start", CHAT), telegram.text(SECRET, CHAT))
        until(lambda: len(telegram.chat(CHAT)) == 3)
        telegram.fail("sendMessage", Fault(500, SECRET), Fault(400, SECRET))
        telegram.queue(telegram.text(f"{SECRET}?", CHAT))
        until(lambda: "Telegram refused a message" in log.read_text("utf-8"))
        telegram.fail("getUpdates", Fault(500, SECRET))
        telegram.blocked.add(CHAT)
        telegram.queue(
            telegram.text("x" * 3000, CHAT), telegram.text("/help", CHAT), telegram.press("All topics", CHAT)
        )
        until(lambda: "has blocked the bot" in log.read_text("utf-8"))
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    written = log.read_text("utf-8")
    for secret in ("Zsófia", "street", str(CHAT), "42:TEST", "TEST"):
        assert secret not in written.replace("@KalauzTestBot", "")
