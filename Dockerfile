# The command line in a container:
#   docker build --tag headstart .
#   docker run --rm --volume "$PWD:/data" headstart train reviews.csv --out reviews-model
#   docker run --rm --publish 8080:8080 --volume "$PWD:/data" headstart serve reviews-model --host 0.0.0.0

FROM node:24-bookworm-slim AS build
WORKDIR /headstart
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

# Without install scripts heads are trained by wasm: TensorFlow's library would add 400 MB, and prediction does not use it. Of onnxruntime
# the files for other systems are left out.
FROM node:24-bookworm-slim AS packages
WORKDIR /headstart
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/onnxruntime-node/bin/*/darwin node_modules/onnxruntime-node/bin/*/win32 \
    node_modules/@tensorflow/tfjs-node

FROM node:24-bookworm-slim
ENV NODE_ENV=production HEADSTART_CACHE=/tmp/headstart
WORKDIR /headstart
COPY package.json LICENSE NOTICE CHANGELOG.md ./
COPY data ./data
COPY models ./models
COPY --from=packages /headstart/node_modules ./node_modules
COPY --from=build /headstart/dist ./dist
USER 1000
WORKDIR /data
ENTRYPOINT ["node", "/headstart/dist/cli/main.js"]
CMD ["--help"]
