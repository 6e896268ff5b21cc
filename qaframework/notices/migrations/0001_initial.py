import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('caseload', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ('kind', models.CharField(max_length=40)),
                ('subject', models.CharField(max_length=200)),
                ('body', models.TextField()),
                ('url', models.CharField(blank=True, help_text='Path within the application.', max_length=200)),
                ('calendar', models.TextField(blank=True, help_text='An iCalendar file that the e-mail carries.')),
                ('is_letter', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
                ('delivery', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sent', 'Sent'), ('failed', 'Could not be sent')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('last_error', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('delivery', 'queued')), fields=['next_attempt_at'], name='notice_queue'), models.Index(fields=['recipient', '-created_at', '-id'], name='notice_inbox')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('delivery', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='sent_notice_has_its_moment'), models.CheckConstraint(condition=models.Q(models.Q(('delivery', 'queued'), _negated=True), ('next_attempt_at__isnull', False), _connector='OR'), name='queued_notice_has_its_next_attempt')],
            },
        ),
        migrations.CreateModel(
            name='NoticeCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('notice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='notices.notice', to_field='dedupe_key')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='caseload.case')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('notice', 'case'), name='a_notice_names_a_case_once')],
            },
        ),
        migrations.CreateModel(
            name='SenderLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('held_until', models.DateTimeField()),
            ],
            options={
                'ordering': ['name'],
            },
        ),
    ]
