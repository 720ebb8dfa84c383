"""Characters that are read as a Latin letter: small capitals, and Cyrillic and Greek letters of the same shape.

Regional indicators are left alone: in pairs they are flags, and some flags would spell words.
"""

from __future__ import annotations

from collections.abc import Iterator

_SHAPES = (
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("аеорсухѕіјԁһѵԛԝ", "aeopcyxsijdhvqw"),
    ("ανορυχ", "avopux"),
    ("ɑɡıʋ", "agiv"),
)


def lookalikes() -> Iterator[tuple[str, str]]:
    """Each look-alike with its Latin letter; both lower case."""
    for shapes, letters in _SHAPES:
        yield from zip(shapes, letters, strict=True)
