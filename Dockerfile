# One image, role by command: api | worker | scheduler | up. CPU only; torch is not in it, since nothing that serves needs it.
FROM python:3.12-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/riskguard
COPY pyproject.toml README.md LICENSE ./
COPY .ci/constraints.txt .ci/constraints.txt
COPY riskguard riskguard
COPY policies policies
COPY models models
RUN /opt/riskguard/bin/pip install --no-cache-dir -c .ci/constraints.txt .

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/riskguard riskguard \
    && mkdir -p /var/lib/riskguard/data && chown riskguard:riskguard /var/lib/riskguard/data
COPY --from=build /opt/riskguard /opt/riskguard
ENV PATH=/opt/riskguard/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OMP_NUM_THREADS=1 \
    RISKGUARD_DATA_DIR=/var/lib/riskguard/data
USER 10001
WORKDIR /var/lib/riskguard
VOLUME /var/lib/riskguard/data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"]
ENTRYPOINT ["riskguard"]
CMD ["up", "--host", "0.0.0.0"]
