import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('caseload', '0001_initial'),
        ('packs', '0001_initial'),
        ('people', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='What is timed: assignment, action, concern, loop, notify, moderation …', max_length=40)),
                ('label', models.CharField(help_text='Shown in notices; a reference, never a name.', max_length=160)),
                ('url', models.CharField(blank=True, max_length=200)),
                ('framework_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='packs.frameworkversion')),
                ('ladder', models.CharField(help_text='Key of the ladder in the framework version.', max_length=40)),
                ('owner_post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='people.post')),
                ('unit', models.ForeignKey(help_text="From here the ladder's roles are looked for, upwards.", on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='people.unit')),
                ('case', models.ForeignKey(blank=True, help_text='Set when the work is about one child, so that a restricted case stays hidden in lists.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseload.case')),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('stop_reason', models.CharField(blank=True, choices=[('completed', 'Completed'), ('withdrawn', 'Withdrawn'), ('excluded', 'Excluded')], max_length=12)),
            ],
            options={
                'ordering': ['due_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('stopped_at__isnull', True)), fields=['due_at'], name='running_clocks')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('stop_reason', ''), ('stopped_at__isnull', True)), models.Q(('stopped_at__isnull', False), models.Q(('stop_reason', ''), _negated=True)), _connector='OR'), name='stopped_clock_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalClock',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(help_text='What is timed: assignment, action, concern, loop, notify, moderation …', max_length=40)),
                ('label', models.CharField(help_text='Shown in notices; a reference, never a name.', max_length=160)),
                ('url', models.CharField(blank=True, max_length=200)),
                ('ladder', models.CharField(help_text='Key of the ladder in the framework version.', max_length=40)),
                ('started_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('round', models.PositiveSmallIntegerField(default=1)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('stop_reason', models.CharField(blank=True, choices=[('completed', 'Completed'), ('withdrawn', 'Withdrawn'), ('excluded', 'Excluded')], max_length=12)),
                ('framework_version', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='packs.frameworkversion')),
                ('owner_post', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.post')),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, help_text="From here the ladder's roles are looked for, upwards.", null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='people.unit')),
                ('case', models.ForeignKey(blank=True, db_constraint=False, help_text='Set when the work is about one child, so that a restricted case stays hidden in lists.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='caseload.case')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical clock',
                'verbose_name_plural': 'historical clocks',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Moment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moments', to='clocks.clock')),
                ('round', models.PositiveSmallIntegerField()),
                ('position', models.PositiveSmallIntegerField(help_text='Place on the ladder, from 1.')),
                ('name', models.CharField(max_length=80)),
                ('is_reminder', models.BooleanField()),
                ('recipients', models.JSONField(help_text="Role keys, 'owner' or 'line_manager'.")),
                ('falls_at', models.DateTimeField()),
                ('is_open', models.BooleanField(default=True, help_text='Not yet taken and still to come.')),
            ],
            options={
                'ordering': ['clock', 'round', 'falls_at', 'position'],
                'indexes': [models.Index(condition=models.Q(('is_open', True)), fields=['falls_at'], name='open_moments')],
                'constraints': [models.UniqueConstraint(fields=('clock', 'round', 'position'), name='one_moment_per_rung')],
            },
        ),
    ]
