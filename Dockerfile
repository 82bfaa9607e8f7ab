# docker build -t easel . && docker run --env-file .env -v easel-data:/app/data --stop-timeout 70 easel
# The time to stop is more than DRAIN_SECONDS, so that running jobs may finish.
# EXTRAS: what of pyproject.toml's optional parts comes along, separated by spaces. A fleet needs postgres.

FROM python:3.12-slim AS build
ARG EXTRAS="postgres cloud"
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN for extra in $EXTRAS; do set -- "$@" --extra "$extra"; done; uv sync --frozen --no-install-project "$@"
COPY bot bot
COPY cogs cogs
RUN for extra in $EXTRAS; do set -- "$@" --extra "$extra"; done; uv sync --frozen --no-editable "$@"

FROM python:3.12-slim
RUN useradd --uid 1000 --create-home easel && install --directory --owner=easel --group=easel /app/data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY deploy/docker/healthcheck.py .
COPY workflows workflows
# In the container only, unless METRICS_HOST says otherwise; for HEALTHCHECK.
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 METRICS_PORT=9464
USER easel
VOLUME /app/data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "healthcheck.py"]
CMD ["python", "-m", "bot"]
