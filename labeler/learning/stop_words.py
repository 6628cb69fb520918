"""Words that hold a sentence together and say nothing of what it is about, in English and German, for what suggests
words to people.

Words that turn a meaning around ("not", "ohne") are none, nor are those of a time ("now", "heute"): they tell answers
from others. Lists that are handed around have "call", "bill" and "system" in them, so this one is our own.
"""

ENGLISH = """
a about after again all also am an and any are aren as at be because been before being both but by can could did didn do
does doesn doing don done each either else even ever few for from further get gets getting go goes going gone got had
hadn has hasn have haven having he hence her here hers herself him himself his how however i if in into is isn it its
itself just let ll lot made make makes may me might mine more most much must my myself of off on one ones only onto or
other others our ours ourselves out over own per quite rather re really s said same say says see seem shall she should
since so some still such t than that the their theirs them themselves then there these they thing things this those
though through thus to too un under until up upon us ve very via was we well were weren what when where whether which
while who whom whose why will with within would y yes yet you your yours yourself yourselves u r ur im d m
"""
GERMAN = """
ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei beim
bin bis bist da dabei dadurch dafür damit dann daran darauf darin darum das dass dazu dein deine deinem deinen deiner
dem den denen denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine
einem einen einer eines einige er es etwas euch euer eure für gegen gewesen habe haben hat hatte hatten her hier hin
hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jene jetzt kann
können könnte machen man mein meine meinem meinen meiner mich mir mit muss müssen nach noch nun nur ob oder sehr sein
seine seinem seinen seiner seit sich sie sind so sollte sondern sonst über um und uns unser unsere unter viel vom
von vor wann war waren warum was weil weiter welche welchem welchen welcher welches wenn wer werde werden wie wieder
will wir wird wo worden wurde wurden würde zu zum zur zwar zwischen
"""
STOP_WORDS = frozenset(ENGLISH.split()) | frozenset(GERMAN.split())
