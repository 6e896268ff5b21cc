# One image for web, worker and beat; docker-compose.yml says what each runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY . .
# Collecting static files needs no database and no secrets: the embedded defaults serve, in a folder thrown away.
RUN QA_ENVIRONMENT=embedded QA_DATA_DIR=/tmp/build python manage.py collectstatic --no-input && rm -rf /tmp/build \
    && python -m compileall -q qaframework audits observations supervision escalation reporting \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin quality \
    && install -d -o quality -g quality /app/var

USER quality
ENV QA_ENVIRONMENT=production
EXPOSE 8000
CMD ["gunicorn", "qaframework.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
