ARG PHP_IMAGE=php:8.3-fpm-bookworm
ARG VERSION=dev

FROM composer:2 AS composer-deps
WORKDIR /app
COPY composer.json composer.lock ./
RUN --mount=type=cache,target=/tmp/cache composer install --no-dev

FROM node:24-alpine AS node-build
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm,sharing=locked npm ci
COPY --from=composer-deps /app/vendor vendor
COPY . .
RUN npm run build

FROM ${PHP_IMAGE} AS runtime-base
ENV APP_ENV=production
RUN install-extensions pdo_mysql
WORKDIR /var/www
COPY --chown=www-data:www-data . .
COPY --from=composer-deps --chown=www-data:www-data /app/vendor vendor
COPY --from=node-build /app/public/build public/build
USER www-data

FROM runtime-base AS app
COPY <<entry /usr/local/bin/entry
exec php-fpm
entry
ENTRYPOINT ["entry"]
CMD ["php-fpm"]

FROM runtime-base AS horizon
ARG VERSION
ENV VERSION=$VERSION
STOPSIGNAL SIGTERM
CMD ["php", "artisan", "horizon"]

FROM runtime-base AS scheduler
STOPSIGNAL SIGTERM
CMD ["php", "artisan", "schedule:work"]

FROM runtime-base AS tests
RUN never
