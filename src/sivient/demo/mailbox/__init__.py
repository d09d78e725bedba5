"""The mailbox of the demo: an SMTP server that keeps every mail, and a page that shows each of them.

Reading order: `store` (files), `reading` and `invite` (what a mail says), `pages`, `box` (the web side), `smtp`.
"""

from sivient.demo.mailbox.box import Mailbox
from sivient.demo.mailbox.smtp import SmtpServer, start_smtp

__all__ = ["Mailbox", "SmtpServer", "start_smtp"]
