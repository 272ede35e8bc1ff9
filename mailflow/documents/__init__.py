"""Letters, mails, reports and tables: the only room that knows Jinja and css-inline.

In: template files and a context of plain values.
Out: text and HTML with the same words, CSV text.
Fails: errors.CannotRender, naming template, line and variable.
Limits: nothing here decides, sends or reads a clock.
"""
