import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('packs', '0001_initial'),
        ('people', '__first__'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalReport',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('monthly', 'Monthly report'), ('quarterly', 'Quarterly report')], max_length=10)),
                ('period', models.CharField(max_length=8)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('released', 'Released')], default='draft', max_length=10)),
                ('so_what', models.TextField(blank=True, help_text='What do these figures mean?')),
                ('now_what', models.TextField(blank=True, help_text='What will be done about it?')),
                ('built_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('framework', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='packs.framework')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('released_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.unit')),
            ],
            options={
                'verbose_name': 'historical report',
                'verbose_name_plural': 'historical reports',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('monthly', 'Monthly report'), ('quarterly', 'Quarterly report')], max_length=10)),
                ('period', models.CharField(max_length=8)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('released', 'Released')], default='draft', max_length=10)),
                ('figures', models.JSONField()),
                ('so_what', models.TextField(blank=True, help_text='What do these figures mean?')),
                ('now_what', models.TextField(blank=True, help_text='What will be done about it?')),
                ('built_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('framework', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='packs.framework')),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='people.unit')),
            ],
            options={
                'ordering': ['-period', 'kind', 'unit__path', '-version'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('unit__isnull', True)), fields=('framework', 'kind', 'period', 'version'), name='one_report_per_period_and_version'), models.UniqueConstraint(fields=('framework', 'unit', 'kind', 'period', 'version'), name='one_report_per_unit_period_and_version'), models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('so_what', ''), _negated=True), models.Q(('now_what', ''), _negated=True)), _connector='OR'), name='released_report_says_so_what_and_now_what')],
            },
        ),
    ]
