"""What runs: three loops that feed the use cases and never call each other; they meet in the database.

In: a house, its mailboxes and ways out, a clock.
Out: steps taken until nothing is left to do.
Fails: never because of one step: what it raises is borne, said once and tried again.
Limits: no decision is taken here.
"""
