"""The playbook's pages: rules and triggers as sentences, their forms, versions, files, dry runs."""
