"""What people type to find a case: remembered under a key, and turned into a question to the search index.

Names and numbers of patients stay out of addresses, where histories, logs and proxies would keep them: what was typed
comes in the body of a POST, is kept in this process alone, and addresses carry a key that says nothing.
"""

import re
import secrets
import threading
from collections import OrderedDict

from app.cases.listing import Listing
from app.cases.schemas import View

MAX_LENGTH = 100
_MOST_REMEMBERED = 1000
_DATE = re.compile(r"(?<!\w)(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?(?!\w)")
_WORD = re.compile(r"\w+")
_STATES = {
    *("flagged", "read", "waiting", "analysed", "reviewed", "agree", "disagree", "unsure"),
    *("normal", "covid", "other", "indeterminate", "done", "refused", "failed", "queued", "running"),
}
"""Words of states and findings. They are looked up whole: gathering all that begins like a word that half the cases
carry would take longer than the answer may."""


class SearchMemory:
    """What was searched for last, by key. Thread-safe; a restart forgets it."""

    def __init__(self, most: int = _MOST_REMEMBERED) -> None:
        self._most = most
        self._words: OrderedDict[str, str] = OrderedDict()
        self._keys: dict[str, str] = {}
        self._lock = threading.Lock()

    def remember(self, words: str) -> str:
        """Return the key of these words, the same for the same words while they are remembered."""
        words = tidy(words)
        with self._lock:
            key = self._keys.get(words)
            if key is None:
                key = self._keys[words] = secrets.token_urlsafe(12)
            self._words[key] = words
            self._words.move_to_end(key)
            while len(self._words) > self._most:
                _, forgotten = self._words.popitem(last=False)
                del self._keys[forgotten]
            return key

    def recall(self, key: str) -> str:
        """Return the words of a key; empty when they are forgotten."""
        with self._lock:
            return self._words.get(key, "")


def tidy(words: str) -> str:
    """Return what was typed with single spaces, cut to `MAX_LENGTH`."""
    return " ".join(words.split())[:MAX_LENGTH].strip()


def match_expression(listing: Listing) -> str | None:
    """Write the full-text question for a list; `None` where it asks for every case there is.

    Every word must begin a word of the case; a date, `2026-11-24` or `2026-11`, is looked up as the index writes it.
    View and finding are one word of the index together, so that the answer is one walk however rare it is.
    """
    parts = []
    if listing.words:
        dated = _DATE.sub(lambda found: "".join(part.zfill(2) for part in found.groups() if part), listing.words)
        words = _WORD.findall(dated.replace("_", " "))
        if not words:  # signs alone, which no case is found by
            return '{words} : ""'
        parts.append("{words} : (" + " AND ".join(map(_term, _without_implied(words))) + ")")
    finding = listing.finding.replace("-", "") if listing.finding else ""
    if listing.view is not View.ALL or finding:
        parts.append(f'{{facets}} : "in{listing.view.replace("-", "")}{finding}"')
    return " AND ".join(parts) or None


def _without_implied(words: list[str]) -> list[str]:
    """Leave out what is said twice, or what a longer word begins with: each is one more walk and narrows nothing."""
    once = list(dict.fromkeys(words))
    return [
        word for word in once if _is_whole(word) or not any(other != word and other.startswith(word) for other in once)
    ]


def _term(word: str) -> str:
    return f'"{word}"' if _is_whole(word) else f'"{word}"*'


def _is_whole(word: str) -> bool:
    return word.lower() in _STATES
