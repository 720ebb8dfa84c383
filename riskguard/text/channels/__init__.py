"""Other ways to read the same text, matched and never shown: by sound, by shape, put together, with emoji as words."""

from riskguard.text.channels.batch import Channels, channels_of
from riskguard.text.channels.channel import END, Channel
from riskguard.text.channels.forms import TermForms, forms_of, term_forms
from riskguard.text.channels.han import is_han
from riskguard.text.channels.shuffle import WIDTHS, Sums, Windows
from riskguard.text.channels.sound import sound_codes, spoken

__all__ = [
    "END",
    "WIDTHS",
    "Channel",
    "Channels",
    "Sums",
    "TermForms",
    "Windows",
    "channels_of",
    "forms_of",
    "is_han",
    "sound_codes",
    "spoken",
    "term_forms",
]
