"""Stop words kept as numbers are those of justext."""

from justext import get_stoplist, get_stoplists
from justext.core import define_stoplist

from corpus.stopwords import StopWords


def test_all_stop_words_and_no_others_are_found() -> None:
    """Every word of every language's list is found, and a letter more makes it none, unless that is one too."""
    expected = {word.lower() for language in get_stoplists() for word in get_stoplist(language)}
    found = StopWords()
    assert all(word in found for word in expected)
    assert not any(f"{word}q" in found for word in expected if f"{word}q" not in expected)


def test_other_words_are_taken_as_justext_takes_them() -> None:
    """A list of one language is still a set of its words in lower case."""
    assert define_stoplist(("Og", "i")) == {"og", "i"}
