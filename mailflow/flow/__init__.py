"""The use cases: read, sort, decide, remind, deliver, summarise; each one transaction or one step of a loop.

In: ports (mailbox, submission, store, letters, files) and a `now` handed in.
Out: what happened to a case, in one commit.
Fails: errors of the ports, and Conflict when another loop was first (the caller tries again).
Limits: reads no clock and no configuration.
"""
