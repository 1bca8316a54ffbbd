# Base images are pinned by digest; the tag before it says what the digest was when it was taken. To move on:
#   docker buildx imagetools inspect node:24-trixie-slim --format '{{.Manifest.Digest}}'
# and the same for the runtime image, or take the pull requests of .github/dependabot.yml.

# What is built is JavaScript and WebAssembly, the same for every processor: it is built once, on the builder's own.
FROM --platform=$BUILDPLATFORM docker.io/library/node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS build
USER node
WORKDIR /app
COPY --chown=node:node package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY --chown=node:node . .
RUN npm run build

FROM build AS test
RUN npm test

FROM build AS production
RUN npm prune --omit=dev --no-audit --no-fund
RUN mkdir state

FROM gcr.io/distroless/nodejs24-debian13:nonroot@sha256:9eeb7f5887d0e239e78264b06f7f11d2e14be534050481803a9e4728fcdd278e AS runtime
ARG VERSION=0.0.0-unversioned
ARG REVISION=unknown
LABEL org.opencontainers.image.title="CodeFlow Sentinel" \
      org.opencontainers.image.description="Anomaly-detection sidecar: an isolation forest in WebAssembly behind a small HTTP service." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="gcr.io/distroless/nodejs24-debian13:nonroot"
WORKDIR /app
COPY --from=production /app/package.json /app/LICENSE ./
COPY --from=production /app/node_modules ./node_modules
# From the stage of the tests: sources that fail them make no image.
COPY --from=test /app/dist ./dist
COPY --from=production /app/presets ./presets
# Where a volume for SENTINEL_STATE_DIR belongs: a new volume takes its owner from here.
COPY --from=production --chown=65532:65532 /app/state /var/lib/sentinel
# Inside a container the loopback interface reaches nobody. Who may come in has to be said at the start: SENTINEL_API_TOKEN
# or SENTINEL_API_TOKEN_FILE, or SENTINEL_ALLOW_UNAUTHENTICATED=true where the port is published for this machine alone.
ENV NODE_ENV=production \
    SENTINEL_HOST=0.0.0.0
# The image's own user "nonroot", by number, so that an orchestrator can see that it is not root.
USER 65532:65532
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["/nodejs/bin/node", "dist/healthcheck.js"]
# A signal must not open a debugger.
ENTRYPOINT ["/nodejs/bin/node", "--disable-sigusr1", "dist/server.js"]
