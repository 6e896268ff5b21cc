import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('actions', '0001_initial'),
        ('allocation', '0001_initial'),
        ('people', '__first__'),
        ('tools', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalObservation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('created_at', models.DateTimeField()),
                ('observed_on', models.DateField(blank=True, null=True)),
                ('shared_with_worker_on', models.DateField(blank=True, help_text='When observer and practitioner talked about it.', null=True)),
                ('assignment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='allocation.assignment')),
                ('answer_set', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tools.answerset')),
                ('action_plan', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='actions.actionplan')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical observation',
                'verbose_name_plural': 'historical observations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='allocation.assignment')),
                ('answer_set', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='tools.answerset')),
                ('action_plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, to='actions.actionplan')),
                ('created_at', models.DateTimeField()),
                ('observed_on', models.DateField(blank=True, null=True)),
                ('shared_with_worker_on', models.DateField(blank=True, help_text='When observer and practitioner talked about it.', null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'abstract': False,
            },
        ),
    ]
