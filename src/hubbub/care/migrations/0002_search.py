"""The indexes of words by which cases, customers and articles are found. Django has no model for them, so this one is
written by hand."""

from django.db import migrations

from hubbub.infra.search.index import CreateIndex


class Migration(migrations.Migration):
    dependencies = [("care", "0001_initial")]
    operations = [CreateIndex("case"), CreateIndex("customer"), CreateIndex("article")]
