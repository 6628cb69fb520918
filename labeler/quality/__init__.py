"""People and answers: what several labels of an item come to. The one owner of an item's answer."""
