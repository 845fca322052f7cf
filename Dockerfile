# syntax=docker/dockerfile:1

# Two stages: the first has pip and makes the environment, the second holds only Python, that environment and the source.
# The image keeps the layout of a checkout. PIP_EXTRA_INDEX_URL may name PyTorch's index of CPU builds: a smaller image.
ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS build
ARG PIP_EXTRA_INDEX_URL=
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/covid-xnet
RUN python -m venv .venv
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app ./app
COPY model ./model
RUN .venv/bin/pip install --constraint constraints.txt --editable . \
    && .venv/bin/python -m compileall -q app model \
    && .venv/bin/pip uninstall --yes pip

FROM python:${PYTHON_VERSION}-slim
ENV PATH=/opt/covid-xnet/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin covid-xnet \
    && mkdir -p /opt/covid-xnet/var && chown 10001 /opt/covid-xnet/var
WORKDIR /opt/covid-xnet
COPY --from=build /opt/covid-xnet ./
COPY alembic.ini ./
COPY migrations ./migrations
COPY static ./static
COPY templates ./templates
USER 10001
VOLUME /opt/covid-xnet/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["covid-xnet", "serve"]
