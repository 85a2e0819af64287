# The production images of a Laravel site: app (php-fpm), horizon (queue workers) and scheduler.
#
#   docker buildx bake -f stages/docker-bake.json          builds all three; so does cooper bake
#
#   docker build -f stages/Dockerfile --target app \
#     --build-context stages=stages --build-context php-config=php-config examples/laravel-site
#
# The build context is the site. Named contexts: stages (this directory) and php-config.
#
# Secrets, all optional, none kept in a layer:
#   ca-bundle      PEM certificates to trust, where a proxy intercepts TLS with a CA of its own
#   composer-auth  the content of Composer's auth.json
#   npmrc          an .npmrc with the token of a private registry

ARG COMPOSER_IMAGE=composer:2
ARG NODE_IMAGE=node:24-alpine
ARG PHP_IMAGE=php:8.3-fpm-bookworm

# ---- vendor/ -----------------------------------------------------------------------------------------
FROM ${COMPOSER_IMAGE} AS composer-deps

# A package from a directory is copied, not linked.
ENV COMPOSER_ALLOW_SUPERUSER=1 \
    COMPOSER_NO_INTERACTION=1 \
    COMPOSER_MIRROR_PATH_REPOS=1

WORKDIR /var/www/html

COPY composer.json composer.lock ./

# The PHP of this stage is not the one of the images and lacks their extensions: what the lock file asks
# for is checked where it matters, in runtime-base.
RUN --mount=type=cache,id=composer,target=/var/cache/composer \
    --mount=type=secret,id=ca-bundle \
    --mount=type=secret,id=composer-auth <<'SCRIPT'
set -eu
export COMPOSER_CACHE_DIR=/var/cache/composer
if [ -s /run/secrets/ca-bundle ]; then export SSL_CERT_FILE=/run/secrets/ca-bundle; fi
if [ -s /run/secrets/composer-auth ]; then COMPOSER_AUTH=$(cat /run/secrets/composer-auth); export COMPOSER_AUTH; fi
composer install --no-dev --no-scripts --no-autoloader --no-progress --prefer-dist '--ignore-platform-req=ext-*'
# The autoloader is made with the source; until then this layer holds packages only.
rm -rf /tmp/*
SCRIPT

# ---- the source, with the modes that an image should have, and its autoloader ---------------------------
FROM composer-deps AS app-source

COPY . .

# The class map is authoritative: no file look-up for a class that is not in it. Modes do not depend on the
# umask of the checkout. vendor/ is a layer of its own; here goes only what the source changes in it.
RUN <<'SCRIPT'
set -eu
composer dump-autoload --no-dev --optimize --classmap-authoritative --no-scripts '--ignore-platform-req=ext-*'
mkdir -p /site/vendor
mv vendor/autoload.php vendor/composer /site/vendor/
rm -rf vendor /tmp/*
cp -R . /site/
mkdir -p /site/bootstrap/cache /site/storage/app /site/storage/logs \
    /site/storage/framework/cache/data /site/storage/framework/sessions /site/storage/framework/views
chmod -R u=rwX,go=rX /site
SCRIPT

# ---- public/build ------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS node-build

# No logs and caches in layers, no talk with the registry beyond the packages.
ENV NODE_DISABLE_COMPILE_CACHE=1 \
    npm_config_audit=false \
    npm_config_fund=false \
    npm_config_logs_max=0 \
    npm_config_update_notifier=false

WORKDIR /var/www/html

COPY package.json package-lock.json ./

RUN --mount=type=cache,id=npm,target=/root/.npm \
    --mount=type=secret,id=ca-bundle \
    --mount=type=secret,id=npmrc,target=/root/.npmrc <<'SCRIPT'
set -eu
if [ -s /run/secrets/ca-bundle ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca-bundle npm_config_cafile=/run/secrets/ca-bundle; fi
npm ci
SCRIPT

# Style sheets and scripts take things from packages: Tailwind reads their views, Ziggy and others are imported.
COPY --from=composer-deps /var/www/html/vendor ./vendor
COPY . .

RUN npm run build

# ---- what the three roles share --------------------------------------------------------------------------
FROM ${PHP_IMAGE} AS runtime-base

ARG PHP_EXTENSIONS="pdo_mysql intl bcmath gd zip pcntl posix exif sockets opcache redis"
RUN --mount=type=bind,from=stages,source=install-php-extensions,target=/mnt/install-php-extensions \
    --mount=type=secret,id=ca-bundle <<'SCRIPT'
set -eu
if [ -s /run/secrets/ca-bundle ]; then export SSL_CERT_FILE=/run/secrets/ca-bundle; fi
# shellcheck disable=SC2086
sh /mnt/install-php-extensions $PHP_EXTENSIONS
SCRIPT

COPY --from=php-config --chmod=0644 php.ini /usr/local/etc/php/php.ini
COPY --from=php-config --chmod=0644 opcache.ini /usr/local/etc/php/conf.d/zz-opcache.ini
COPY --from=stages --chmod=0755 entrypoint /usr/local/bin/entrypoint

WORKDIR /var/www/html

# Largest and calmest first: the packages change seldom, the source with every release.
COPY --from=composer-deps /var/www/html/vendor ./vendor
COPY --from=app-source /site/ ./

# Everything belongs to root and is read-only for the program, but for the two places that Laravel writes to.
# package:discover needs no key and no database; done here, a container also starts with a read-only root.
RUN --mount=type=bind,from=composer-deps,source=/usr/bin/composer,target=/usr/bin/composer <<'SCRIPT'
set -eu
chown root:root .
chmod 0755 .
COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_HOME=/tmp/composer COMPOSER_CACHE_DIR=/dev/null \
    composer check-platform-reqs --no-dev --no-interaction
php artisan package:discover --no-interaction
rm -rf /tmp/* storage/logs/*.log
chown -R www-data:www-data storage bootstrap/cache
SCRIPT

ENTRYPOINT ["entrypoint"]

# ---- app: php-fpm, with nginx beside it in the same network namespace ---------------------------------------
FROM runtime-base AS app

COPY --from=php-config --chmod=0644 fpm-pool.conf /usr/local/etc/php-fpm.d/zzz-pool.conf
COPY --from=node-build /var/www/html/public/build ./public/build

# One database connection per child: keep children times pods below the connections a user may have.
ENV APP_ROLE=app \
    FPM_MAX_CHILDREN=5

USER www-data
EXPOSE 9000
# php-fpm finishes its requests on SIGQUIT.
STOPSIGNAL SIGQUIT
CMD ["php-fpm", "--force-stderr"]

ARG VERSION=""
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="app" \
      org.opencontainers.image.description="Laravel site: php-fpm" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

# ---- horizon: queue workers ------------------------------------------------------------------------------------
FROM runtime-base AS horizon

ENV APP_ROLE=horizon

USER www-data
# The php image's SIGQUIT means nothing to Horizon, which would be killed in the middle of its jobs.
STOPSIGNAL SIGTERM
CMD ["php", "artisan", "horizon"]

ARG VERSION=""
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="horizon" \
      org.opencontainers.image.description="Laravel site: queue workers" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"

# ---- scheduler: timed tasks -------------------------------------------------------------------------------------
FROM runtime-base AS scheduler

COPY --from=stages --chmod=0755 scheduler /usr/local/bin/scheduler

ENV APP_ROLE=scheduler

USER www-data
STOPSIGNAL SIGTERM
CMD ["scheduler"]

ARG VERSION=""
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="scheduler" \
      org.opencontainers.image.description="Laravel site: timed tasks" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
