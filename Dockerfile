# docker build -t easel . && docker run --env-file .env -v easel-data:/app/data --stop-timeout 70 easel
# The time to stop is more than DRAIN_SECONDS, so that running jobs may finish.

FROM python:3.12-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --frozen --no-install-project
COPY bot bot
COPY cogs cogs
RUN uv sync --frozen --no-editable

FROM python:3.12-slim
RUN useradd --uid 1000 --create-home easel && install --directory --owner=easel --group=easel /app/data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY workflows workflows
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER easel
VOLUME /app/data
STOPSIGNAL SIGTERM
CMD ["python", "-m", "bot"]
