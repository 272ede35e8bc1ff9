"""Where mail comes from: a shared mailbox over IMAP, a Maildir on this machine, or a folder of files.

In: the settings of one mailbox.
Out: raw octets with the instant they arrived (`source.Raw`), and a hint when there is news.
Fails: errors.MailboxUnavailable, one plain sentence, when the mailbox cannot be read at the moment.
Limits: reads and, if asked, moves; never marks, never deletes, never judges a mail.
"""
