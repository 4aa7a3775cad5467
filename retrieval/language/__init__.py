"""Which language a text is in: a distribution, and the honest answer "unsure"."""

from retrieval.language.detector import Detection, LanguageDetector

__all__ = ["Detection", "LanguageDetector"]
