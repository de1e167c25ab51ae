"""The runners that join domains: listen, triage, send, archive. Siblings meet only here."""
