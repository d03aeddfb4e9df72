"""Seeded random texts that look for differences: words, names, tokenizer exceptions, nasty fragments, scripts, whitespace.

    python random_texts.py --seed 1 --count 100        # JSON Lines on standard output

Only code points of blocks that have been stable for long, and no surrogates: what Python says about them must not depend on
a Python newer than the one that converted the model.
"""

from __future__ import annotations

import argparse
import json
import random
import unicodedata
from collections.abc import Sequence
from typing import Callable

LONGEST = 60  # pieces of a text

WORDS = """the a of and to in for on with at by from as that this it is was are were be has had will would can could said says
say told went came made took new old big small first last next two three many most other some more than over under after
before between during about against into through company government president minister police court bank market shares
percent people country city state team game season year years month week day night time house school university street
river company's report deal plan law war election vote party leader member group price rate sales profit loss growth
colour favourite organise realise theatre centre licence programme grey don't won't it's they're we've I'd she'll who's
because although however therefore meanwhile yesterday today tomorrow tonight million billion thousand hundred dozen half
born lives lived works worked visited bought sold founded moved married died won lost met flew arrived announced reported""".split()

NAMES = """London Paris Berlin Tokyo Beijing Moscow Lagos Nairobi Lima Toronto Sydney Mumbai Cairo Madrid Rome Vienna Texas
California Ohio France Germany Japan China Russia India Brazil Kenya Peru Canada Spain Italy Poland Greece Israel Iran Iraq
Obama Merkel Putin Clinton Bush Smith Johnson Williams Garcia Müller Rossi Tanaka Kim Lee Nguyen Patel Silva Okafor Cohen
John Mary Anna Peter Maria Ahmed Fatima Yuki Ivan Olga José Zoë Chloë Jürgen Björn Søren Łukasz Siobhán Jean-Luc O'Neill
Google Microsoft Apple Amazon Toyota Siemens Boeing Airbus Nestlé IBM NASA FBI CIA NATO UNESCO BBC CNN AT&T H&M Reuters
Monday Tuesday Friday Sunday January March May June August October Christmas Easter Ramadan Congress Senate Parliament
Europe Asia Africa Alps Pacific Atlantic Sahara Danube Everest Shakespeare Mozart Einstein Darwin Newton Gandhi Mandela
English French German Spanish Chinese Arabic Republican Democrat Catholic Muslim Buddhist iPhone Windows Android F-16 747
New York Los Angeles San Francisco Hong Kong South Africa North Korea United States United Nations European Union White House
Mr. Mrs. Dr. Prof. Gen. Sen. Gov. St. Jr. Sr. Inc. Corp. Ltd. Co. U.S. U.K. U.N. D.C. Calif. Mass. Ph.D. a.m. p.m. e.g.""".split()

FRAGMENTS = r"""http://example.com/a_(b) https://www.example.org:8080/x?y=1&z=2#f www.example.co.uk ftp://10.0.0.1/ http://8.8.8.8/a
jane.doe@example.com a@b.co @user #topic x/y@c.de user@localhost example.com 127.0.0.1 1.2.3.4/24 //cdn.example.net/x.js
:) :( :-) ;-) :D :P :'( <3 </3 ^_^ -_- o_O O.o XD =) (: ): :)) :/ :| >:( \o/ ¯\(ツ)/¯ ಠ_ಠ (╯°□°）╯︵┻━┻ 0.0 v.v
$10 €20 £30.50 US$5 C$7 10$ 5€ $1.5bn 10% 50%. 3.5% 10km 5kg 60mph 10km/h 20°C 68°F. 5m² 3K 4GB 2lb 9in 10a.m. 8pm 12am 13pm
1,000 1,000.50 3.14 .5 5. 1/2 2/3/2020 2020-12-25 25.12.2020 12:30 8:15am '90s 1990s 21st 3rd 1e5 0x1F ½ ¾ 1½ x² +1 -5 ±5 ++1
-- --- — – ... .... … .. . , ; : ! ? ?! !!! " ' `` '' ` ´ “ ” ‘ ’ « » ( ) [ ] { } < > / \ | & % * + = ~ ^ _ # @ § ° •
can't've I'd've y'all ain't gonna wanna lemme cannot 'em 'Cause o'clock ma'am rock'n'roll ’s 's 'S ’ll n't n’t 'd 've C++ C# .NET
well-known state-of-the-art 2-year-old year-2 a-b-c e-mail and/or he/she A.B.C. J.R.R. x.Com end.Start END.Start a.b a,b a:b a=b
X _ x X. XX number root mark det aux neg obj dep ORG GPE LOC POS TAG NUM fooORG barnum Xfoo _a a_ __init__ IS_ALPHA PERSON
<b> </p> <br/> &amp; &nbsp; <a\ href="x"> {"a": [1, null]} f(x) a[i] i++ x==y x!=y x=y; /* */ // # $x C:\temp ~/bin 2>&1
(don't) "don't" 'don't' (U.S.) "U.S." U.S.. (e.g. e.g.) [sic] (a.m.) '' "" () (( )) ((( ))) [[ ]] {{ }} (: (( :) )""".split()

SPACES = [
    "  ",
    "   ",
    "\n",
    "\n\n",
    " \n",
    "\n ",
    " \n ",
    "\t",
    "\r\n",
    "\u00a0",
    " \u00a0",
    "\u00a0 ",
    "\u2003",
    "\u3000",
    "\u2028",
    "\x1c",
    "\x85",
    "\x0b",
    "\u202f",
    "\u1680",
    "\u2009 ",
]

# First and last code point of blocks to draw from; unassigned ones in between are left out.
BLOCKS = [
    (0x21, 0x7E),
    (0xA1, 0xFF),
    (0x100, 0x17F),
    (0x180, 0x24F),
    (0x250, 0x2AF),
    (0x2B0, 0x2FF),
    (0x300, 0x36F),
    (0x370, 0x3FF),
    (0x400, 0x4FF),
    (0x531, 0x587),
    (0x591, 0x5F4),
    (0x600, 0x6FF),
    (0x900, 0x97F),
    (0x985, 0x9FA),
    (0xE01, 0xE5B),
    (0x10A0, 0x10FF),
    (0x1200, 0x135A),
    (0x13A0, 0x13F5),
    (0x16A0, 0x16F0),
    (0x1780, 0x17F9),
    (0x1800, 0x180E),
    (0x1C90, 0x1CBA),
    (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFF),
    (0x2000, 0x206F),
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x2100, 0x214F),
    (0x2150, 0x218B),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x2460, 0x24FF),
    (0x2600, 0x27BF),
    (0x2C00, 0x2C5F),
    (0x3001, 0x303F),
    (0x3041, 0x30FF),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
    (0xE000, 0xE0FF),
    (0xFB00, 0xFB4F),
    (0xFE00, 0xFE4F),
    (0xFF01, 0xFFEE),
    (0x10400, 0x1044F),
    (0x1D400, 0x1D7FF),
    (0x1F1E6, 0x1F1FF),
    (0x1F300, 0x1F64F),
    (0x1F680, 0x1F6C5),
    (0x20000, 0x20050),
    (0xE0020, 0xE007F),
]
ODD = [
    0x00,
    0x01,
    0x07,
    0x1B,
    0x7F,
    0x80,
    0x9F,
    0xAD,
    0x130,
    0x131,
    0x345,
    0x3A3,
    0x3C2,
    0x1C5,
    0x1E9E,
    0x180E,
    0x200B,
    0x200C,
    0x200D,
    0x200E,
    0x2060,
    0xFEFF,
    0xFFFD,
    0xFDD0,
    0xFFFE,
    0xFFFF,
    0x10000,
    0x1F3FD,
    0x10FFFD,
    0x10FFFF,
    0x2160,
    0x24B6,
    0x2126,
    0x212A,
]
SOUP = "aabbeexXYZ0159..,,::;;''\"\"()[]{}<>--__//\\|&%$€£#@!?*+=~^…—–’‘”“°²éÉßσΣΟ日本"


class TextMaker:
    """Draws texts. rules: keys of the tokenizer's exceptions; texts: texts to cut pieces from."""

    def __init__(self, seed: int, rules: Sequence[str] = (), texts: Sequence[str] = ()) -> None:
        self.random = random.Random(seed)
        self.rules = sorted(rules) or FRAGMENTS
        self.texts = [text for text in texts if text] or [" ".join(NAMES)]
        self.blocks = [self._assigned(first, last) for first, last in BLOCKS]
        self.makers: list[tuple[Callable[[], str], int]] = [
            (lambda: self.random.choice(WORDS), 34),
            (lambda: self.random.choice(NAMES), 26),
            (self._rule, 10),
            (lambda: self.random.choice(FRAGMENTS), 10),
            (self._number, 5),
            (self._foreign, 5),
            (self._soup, 3),
            (self._cut, 3),
            (self._glued, 4),
        ]
        self.weights = [weight for _, weight in self.makers]

    @staticmethod
    def _assigned(first: int, last: int) -> list[str]:
        return [chr(c) for c in range(first, last + 1) if unicodedata.category(chr(c)) != "Cn"]

    def _rule(self) -> str:
        rule = self.random.choice(self.rules)
        return self.random.choice(
            [rule, rule, rule, rule.upper(), rule.capitalize(), rule + ".", "(" + rule, rule + ")", rule * 2]
        )

    def _number(self) -> str:
        digits = str(self.random.randrange(10 ** self.random.randint(1, 7)))
        before = self.random.choice(["", "", "", "$", "£", "#", "-", "No.", "'"])
        after = self.random.choice(
            ["", "", "", "%", "km", "th", "am", "p.m.", "s", ".5", ",000", "m²", "°C", "-year", "bn", ":30"]
        )
        return before + digits + after

    def _foreign(self) -> str:
        block = self.random.choice(self.blocks)
        text = "".join(self.random.choices(block, k=self.random.randint(1, 7)))
        if self.random.random() < 0.25:
            text += chr(self.random.choice(ODD))
        if self.random.random() < 0.2:
            text = self.random.choice(NAMES) + text
        return text

    def _soup(self) -> str:
        length = (
            self.random.choice([1, 2, 3, 4, 5, 6, 8, 12, 99, 100])
            if self.random.random() < 0.05
            else self.random.randint(1, 9)
        )
        return "".join(self.random.choices(SOUP, k=length))

    def _cut(self) -> str:
        text = self.random.choice(self.texts)
        begin = self.random.randrange(len(text))
        return text[begin : begin + self.random.randint(1, 40)]

    def _glued(self) -> str:
        pieces = [self._piece() for _ in range(2)]
        return self.random.choice(["", "", "-", "/", ".", ",", "'", "’", "_", ":", "(", ")", "…", "--", "@", "&"]).join(
            pieces
        )

    def _piece(self) -> str:
        return self.random.choices(self.makers, self.weights)[0][0]()

    def _separator(self) -> str:
        draw = self.random.random()
        if draw < 0.86:
            return " "
        if draw < 0.91:
            return self.random.choice([", ", ". ", "; ", " - ", "'s ", "! ", ".\n"])
        return "" if draw < 0.94 else self.random.choice(SPACES)

    def text(self) -> str:
        """0 to LONGEST pieces, short texts more often than long ones; now and then with one code point changed."""
        limit = self.random.choice([3, 6, 10, 16, 25, LONGEST])
        pieces: list[str] = []
        for _ in range(self.random.randint(0, limit)):
            pieces += [self._piece(), self._separator()]
        text = "".join(pieces[:-1]) if self.random.random() < 0.85 else "".join(pieces)
        draw = self.random.random()
        if draw < 0.05:
            text = self.random.choice([*SPACES, " "]) + text
        elif draw < 0.09:
            text = text.upper() if draw < 0.07 else text.lower()
        elif draw < 0.13 and text:
            at = self.random.randrange(len(text))
            text = text[:at] + chr(self.random.choice(ODD)) + text[at + self.random.randint(0, 1) :]
        return text

    def texts_of(self, count: int) -> list[str]:
        return [self.text() for _ in range(count)]

    def long_text(self, length: int) -> str:
        """Exactly length code points: many short texts one after the other."""
        parts: list[str] = []
        total = 0
        while total < length:
            parts.append(self.text() + self.random.choice([" ", "\n", ". "]))
            total += len(parts[-1])
        return "".join(parts)[:length]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    for text in TextMaker(options.seed).texts_of(options.count):
        print(json.dumps({"text": text}))


if __name__ == "__main__":
    main()
