"""The pure core: calendar arithmetic, the procedure as data, and the decision about one case.

In: values handed in by flow/.
Out: values; nothing here reads a clock, a file or a mailbox.
Fails: ValueError in plain English.
Limits: sees no mail.
"""
