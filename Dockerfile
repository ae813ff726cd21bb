# Two stages: what is needed to install stays behind; what runs is Python, the packages and the source, without root.
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
WORKDIR /app
# `aws.lock` also reads settings from AWS Secrets Manager, `otel.lock` sends traces.
ARG LOCK=runtime.lock
COPY requirements/uv.lock requirements/runtime.lock requirements/aws.lock requirements/otel.lock requirements/
RUN python -m venv /tmp/uv \
    && /tmp/uv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/uv.lock \
    && python -m venv --without-pip /opt/venv \
    && /tmp/uv/bin/uv pip sync --no-cache --compile-bytecode --python /opt/venv/bin/python --require-hashes requirements/${LOCK}
COPY LICENSE manage.py ./
COPY config config
COPY nl2sql nl2sql
COPY schema_index schema_index
COPY tenants tenants
# The settings need a home and a database address to load; nothing connects, and both are gone after this line.
RUN QUERENT_HOME=/tmp/home DATABASE_URL=postgresql://nobody@localhost/nothing \
    /opt/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/home

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin querent \
    && install -d -o querent -g querent -m 0700 /data
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    QUERENT_HOME=/data
# By its number, or Kubernetes cannot tell that it is not root.
USER 10001
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--collected", "--host", "0.0.0.0"]
