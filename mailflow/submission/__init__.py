"""How letters leave: over SMTP submission, or into a folder of files.

In: final octets, one envelope sender, the recipients of one letter.
Out: a verdict for every recipient (`verdict.Verdict`), and the phase reported before each irreversible step.
Fails: errors.ConfigurationError at construction; what a server does is a verdict, not an exception.
Limits: carries octets, never changes a word of them.
"""
