"""E-mail: one mailbox, heard by IMAP and answered by SMTP."""
