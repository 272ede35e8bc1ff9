"""The command line: one command per file, each a `command`.

In: the words of the command line.
Out: answers on standard output, faults on standard error, an exit status.
Fails: exit 78 (EX_CONFIG) for a configuration that must be mended, 75 (EX_TEMPFAIL) for what may be over soon.
Limits: errors are sentences, never tracebacks; no command decides anything about a case by itself.
"""
