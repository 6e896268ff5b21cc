import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clocks', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='EscalationStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='clocks.clock')),
                ('round', models.PositiveSmallIntegerField()),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('is_reminder', models.BooleanField()),
                ('falls_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField()),
                ('sweep', models.UUIDField(editable=False, help_text='The sweep that took the step: marks what belongs together in one notice.')),
                ('was_late', models.BooleanField(default=False, help_text='Taken more than a day after it fell due.')),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledgement', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['-taken_at', '-pk'],
                'indexes': [models.Index(fields=['sweep'], name='steps_of_a_sweep')],
                'constraints': [models.UniqueConstraint(fields=('clock', 'round', 'position'), name='step_taken_once'), models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('acknowledged_by__isnull', True)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='acknowledgement_has_person_and_moment')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalEscalationStep',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('round', models.PositiveSmallIntegerField()),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=80)),
                ('is_reminder', models.BooleanField()),
                ('falls_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField()),
                ('sweep', models.UUIDField(editable=False, help_text='The sweep that took the step: marks what belongs together in one notice.')),
                ('was_late', models.BooleanField(default=False, help_text='Taken more than a day after it fell due.')),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledgement', models.TextField(blank=True)),
                ('clock', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='clocks.clock')),
                ('acknowledged_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical escalation step',
                'verbose_name_plural': 'historical escalation steps',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='StepRecipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reached', to='escalation.escalationstep')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_for', models.CharField(help_text="The ladder's word: a role key or 'owner'.", max_length=40)),
                ('note', models.CharField(blank=True, help_text='Such as: post vacant, told instead.', max_length=160)),
            ],
            options={
                'ordering': ['step', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('step', 'user'), name='step_reaches_a_person_once')],
            },
        ),
        migrations.AddField(
            model_name='escalationstep',
            name='recipients',
            field=models.ManyToManyField(related_name='escalation_steps', through='escalation.StepRecipient', to=settings.AUTH_USER_MODEL),
        ),
    ]
