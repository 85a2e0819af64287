{{/* The environment of the roles, and the one place where connections are counted. */}}

{{- define "ezscale-website.mariadbName" -}}
{{- if .Values.database.instance.enabled -}}{{ include "ezscale-website.fullname" . }}-mariadb
{{- else -}}{{ required "database.mariadb.name is required" .Values.database.mariadb.name }}{{- end -}}
{{- end -}}

{{- define "ezscale-website.databaseHost" -}}
{{- if .Values.database.instance.enabled -}}{{ include "ezscale-website.mariadbName" . }}
{{- else -}}{{ required "database.host is required" .Values.database.host }}{{- end -}}
{{- end -}}

{{- define "ezscale-website.migrationHost" -}}
{{- .Values.database.migrationHost | default (include "ezscale-website.databaseHost" .) -}}
{{- end -}}

{{- define "ezscale-website.valkeyHost" -}}
{{- if .Values.valkey.enabled -}}{{ include "ezscale-website.fullname" . }}-valkey
{{- else -}}{{ required "valkey.host is required when valkey.enabled is false" .Values.valkey.host }}{{- end -}}
{{- end -}}

{{- define "ezscale-website.maxAppPods" -}}
{{- ternary .Values.hpa.maxReplicas .Values.app.replicas .Values.hpa.enabled -}}
{{- end -}}

{{/* Connections that are not php-fpm's: horizon's workers and masters (a roll doubles them), two of the
     scheduler, one of a migration. */}}
{{- define "ezscale-website.otherConnections" -}}
{{- $horizon := 0 -}}
{{- if .Values.horizon.enabled -}}
{{- $horizon = mul 2 .Values.horizon.replicas (add 1 .Values.horizon.processes) -}}
{{- end -}}
{{- add $horizon 2 1 -}}
{{- end -}}

{{/* php-fpm processes of one pod: what the user's connections leave, over all pods and the one more of a roll. */}}
{{- define "ezscale-website.fpmChildren" -}}
{{- $left := sub .Values.database.maxUserConnections (include "ezscale-website.otherConnections" . | int) -}}
{{- $pods := add 1 (include "ezscale-website.maxAppPods" . | int) -}}
{{- $children := div $left $pods -}}
{{- if lt (int $children) 1 -}}
{{- fail (printf "database.maxUserConnections is %d: too few for %d app pods (one more during a roll) beside %s other connections" (int .Values.database.maxUserConnections) (sub $pods 1) (include "ezscale-website.otherConnections" .)) -}}
{{- end -}}
{{- $children -}}
{{- end -}}

{{/* Never in a ConfigMap, whoever writes the values. */}}
{{- define "ezscale-website.refuseSecrets" -}}
{{- range $name := keys . | sortAlpha -}}
{{- if regexMatch "^(APP_KEY|APP_PREVIOUS_KEYS|PASSPORT_.*|.*(PASSWORD|SECRET|TOKEN|PRIVATE_KEY).*)$" $name -}}
{{- fail (printf "config.%s: a secret does not belong into values; put it into the Secret that secrets.env names" $name) -}}
{{- end -}}
{{- if has $name (list "FPM_MAX_CHILDREN" "HORIZON_PROCESSES" "HORIZON_TIMEOUT") -}}
{{- fail (printf "config.%s: other values follow from it; set database.maxUserConnections, horizon.processes or horizon.jobTimeout" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ezscale-website.env" -}}
{{- include "ezscale-website.refuseSecrets" .Values.config -}}
{{- $scheme := ternary "https" "http" .Values.ingress.tls -}}
{{- $env := dict
  "APP_URL" (printf "%s://%s" $scheme .Values.domains.site)
  "SITE_DOMAIN" .Values.domains.site
  "ACCOUNT_DOMAIN" .Values.domains.account
  "ADMIN_DOMAIN" .Values.domains.admin
  "LOG_CHANNEL" "stderr"
  "DB_CONNECTION" "mysql"
  "DB_HOST" (include "ezscale-website.databaseHost" .)
  "DB_PORT" (toString .Values.database.port)
  "DB_DATABASE" .Values.database.name
  "DB_USERNAME" .Values.database.username
  "REDIS_HOST" (include "ezscale-website.valkeyHost" .)
  "REDIS_PORT" (toString .Values.valkey.port)
  "QUEUE_CONNECTION" "redis"
  "CACHE_DRIVER" "redis"
  "CACHE_STORE" "redis"
  "SESSION_DRIVER" "redis"
  "SESSION_SECURE_COOKIE" (toString .Values.ingress.tls)
  "FPM_MAX_CHILDREN" (include "ezscale-website.fpmChildren" .)
  "HORIZON_PROCESSES" (toString .Values.horizon.processes)
  "HORIZON_TIMEOUT" (toString .Values.horizon.jobTimeout) -}}
{{- if .Values.secrets.oauth }}{{- $_ := set $env "OAUTH_KEYS_DIR" "/run/secrets/oauth" }}{{- end -}}
{{- range $name, $value := .Values.config }}{{- $_ := set $env $name (toString $value) }}{{- end -}}
{{- toYaml $env -}}
{{- end -}}

{{/* For pods that start after the ConfigMap is there. */}}
{{- define "ezscale-website.envFrom" -}}
- configMapRef: {name: {{ include "ezscale-website.fullname" . }}-env}
{{ include "ezscale-website.secretsFrom" . }}
{{- end -}}

{{- define "ezscale-website.secretsFrom" -}}
{{- if .Values.secrets.development.create -}}
- secretRef: {name: {{ include "ezscale-website.fullname" . }}-development}
{{ end -}}
- secretRef: {name: {{ required "secrets.env is required: the Secret that holds APP_KEY" .Values.secrets.env }}}
{{- end -}}

{{/* Where DB_PASSWORD and REDIS_PASSWORD are. */}}
{{- define "ezscale-website.passwordSecret" -}}
{{- if .Values.secrets.development.create -}}{{ include "ezscale-website.fullname" . }}-development
{{- else -}}{{ .Values.secrets.env }}{{- end -}}
{{- end -}}

{{- define "ezscale-website.mariadbRef" -}}
mariaDbRef:
  name: {{ include "ezscale-website.mariadbName" . }}
  {{- if and .Values.database.mariadb.namespace (not .Values.database.instance.enabled) }}
  namespace: {{ .Values.database.mariadb.namespace }}
  {{- end }}
  waitForIt: true
{{- end -}}
