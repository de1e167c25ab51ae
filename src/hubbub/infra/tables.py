"""Tables made at once, so that a new installation stands in seconds."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import Migration
from django.db.migrations.state import ProjectState


class Tables(Migration):
    """A migration that makes tables and nothing else. Django's own pictures every model anew for each table."""

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Make the tables; return what stands then."""
        made = self.mutate_state(ProjectState(dict(project_state.models), project_state.real_apps), preserve=False)
        for table in self.operations:
            table.database_forwards(self.app_label, schema_editor, project_state, made)
        return made
