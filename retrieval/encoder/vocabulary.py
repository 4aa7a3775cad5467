"""The transformer's tokeniser: the pieces of an English model, and new ones for the other languages.

Cyrillic is written in Latin letters and marks are dropped before anything else, so that related words
share pieces across scripts (*dozvola*, *дозвола*), and text without accents or in Latin letters reads
almost like text with them. Vowel signs of Indian scripts stay: there they are letters.
"""

from collections.abc import Iterator

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
# What is read most like what people type who have no Cyrillic keyboard.
CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "ђ": "dj", "е": "e", "є": "ye", "ж": "zh", "з": "z",
    "ѕ": "dz", "и": "i", "і": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c", "ч": "ch", "џ": "dz",
    "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
}  # fmt: skip
# Letters that have no decomposition, or that keyboards give for the same sound.
SAME = {
    "ł": "l", "đ": "d", "ı": "i", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe",
    "ى": "ی", "ي": "ی", "ك": "ک", "ة": "ه", "ہ": "ه", "ھ": "ه", "ې": "ی", "ۍ": "ی", "ـ": "",
}  # fmt: skip
# Latin, Greek and Cyrillic accents, Arabic vowel signs and hamza above or below a letter.
MARKS = Regex("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")


def normaliser() -> normalizers.Normalizer:
    """Lower case, no accents, Cyrillic in Latin letters, Arabic variants unified."""
    letters = [normalizers.Replace(letter, instead) for letter, instead in (CYRILLIC | SAME).items()]
    return normalizers.Sequence(
        [
            normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=True),
            normalizers.NFKD(),
            normalizers.Replace(MARKS, ""),
            normalizers.NFC(),
            *letters,
        ]
    )


def new_pieces(texts: Iterator[str], size: int, known: set[str]) -> list[str]:
    """WordPieces of the texts that are not known yet, most useful first: at most `size`."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=60))  # noqa: S106
    tokenizer.normalizer = normaliser()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size + len(known) // 4, special_tokens=["[UNK]"], min_frequency=5, limit_alphabet=6000
    )
    tokenizer.train_from_iterator(texts, trainer)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    return [piece for piece, _ in pieces if piece not in known][:size]


def tokenizer_of(pieces: list[str], max_tokens: int) -> Tokenizer:
    """A WordPiece tokeniser over the pieces in this order; texts are cut after `max_tokens`."""
    ids = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=60))  # noqa: S106
    tokenizer.normalizer = normaliser()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    tokenizer.enable_truncation(max_tokens)
    return tokenizer
