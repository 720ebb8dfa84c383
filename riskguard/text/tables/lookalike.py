"""Characters that are read as another: small capitals, letters of other scripts that are drawn as Latin ones, radicals.

Regional indicators are left alone: in pairs they are flags, and some flags would spell words.
"""

from __future__ import annotations

from collections.abc import Iterator

_SHAPES = (
    ("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"),
    ("аеорсухѕіјԁһѵԛԝвькмнт", "aeopcyxsijdhvqwbbkmht"),
    ("ВЬКМНТАЕОРСХЅІЈ", "bbkmhtaeopcxsij"),
    ("ανορυχ", "avopux"),
    ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "abezhikmnoptyx"),
    ("ɑɡıʋ", "agiv"),
    ("օսոհցԼ", "ounhgl"),
    ("ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃ", "abcdeghjklmprstvwz"),
    ("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "bpdtgkjczfmnlsrvhwxyaeiou"),
    (
        "⺅⺆⺇⺉⺒⺘⺙⺝⺡⺣⺤⺨⺩⺭⺮⺯⺰⺲⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻠⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "亻冂几刂巳扌攵月氵灬爫犭王礻竹纟纟罒月艹艹艹虎衤覀西见角讠贝足车辶辶辶阝钅长门阝阝雨青韦页风飞食饣饣马骨鬼鱼鸟卤麦黄齐齿龙龟",
    ),
)


def lookalikes() -> Iterator[tuple[str, str]]:
    """Each look-alike with what it is read as."""
    for shapes, letters in _SHAPES:
        yield from zip(shapes, letters, strict=True)
