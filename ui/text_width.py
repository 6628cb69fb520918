"""How wide a text is in a table, in px, and where to cut one that is wider than its column.

A table is drawn on a canvas, which cuts what does not fit in the middle of a letter and says nothing. The widths are
those of the tables' font (Source Sans, 14 px), measured in a browser.
"""

WIDTHS = {
    3: " !'.:Iijl|",
    4: "(),-;[]‘’",
    5: '"/\\frt{}',
    6: "*?Lx“”„",
    7: "#$+0123456789=EFJVXY^_achknsuvyz~–äàçü",
    8: "<>ABCDHKNPRSUZ`bdegopqÄÜßéèö",
    9: "&GT",
    10: "MOQwÖ",
    11: "Wm—",
    12: "@",
    13: "%…",
}
OF = {letter: width for width, letters in WIDTHS.items() for letter in letters}
OTHERS, WIDE = 8, 14  # other alphabets; Chinese, Japanese, Korean and pictures
FIRST_WIDE = 0x2E80
ELLIPSIS = "…"


def width(text: str) -> int:
    """Of one line, in px."""
    return sum(OF.get(letter, WIDE if ord(letter) >= FIRST_WIDE else OTHERS) for letter in text)


def cut(text: str, room: int) -> str:
    """The text, or as much of its beginning as fits into so many px, with an ellipsis."""
    if width(text) <= room:
        return text
    left = room - width(ELLIPSIS)
    for place, letter in enumerate(text):
        left -= width(letter)
        if left < 0:
            return text[:place].rstrip() + ELLIPSIS
    return text
