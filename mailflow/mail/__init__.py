"""Mail as values: from octets to facts, from facts to octets.

In: the octets of one message, or the facts of one letter.
Out: frozen values; see message.py for the centre of the room.
Fails: errors.Unreadable, and only from parse.
Limits: no input or output, no clock, no randomness, no word of any procedure.
"""
