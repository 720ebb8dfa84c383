"""Listed words: terms that officers and deployers keep in `policies/lexicons`, found even when noise stands in them."""

from riskguard.detectors.lexicon.detector import LexiconDetector
from riskguard.detectors.lexicon.files import Lexicon, Term, Tier, lexicon_faults, load_lexicon
from riskguard.detectors.lexicon.watched import WatchedLexicon

__all__ = ["Lexicon", "LexiconDetector", "Term", "Tier", "WatchedLexicon", "lexicon_faults", "load_lexicon"]
