"""Care: assessments, the playbook, cases, replies."""
