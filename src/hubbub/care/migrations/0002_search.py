"""The index of words by which cases are found. Django has no model for it, so this one is written by hand."""

from django.db import migrations

from hubbub.infra.search.index import CreateIndex


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]
    operations = [CreateIndex("case")]
