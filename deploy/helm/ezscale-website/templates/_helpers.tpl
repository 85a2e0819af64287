{{/* Names, labels and the parts that several objects share. */}}

{{/* What every object's name begins with. Services allow no dot and want a letter first; what is too long for the labels
     that Kubernetes makes of names is cut, and a sum tells it from another that begins alike. */}}
{{- define "ezscale-website.fullname" -}}
{{- $name := .Release.Name -}}
{{- if not (contains .Chart.Name $name) -}}{{- $name = printf "%s-%s" $name .Chart.Name -}}{{- end -}}
{{- $name = $name | replace "." "-" -}}
{{- if regexMatch "^[0-9]" $name -}}{{- $name = print "r" $name -}}{{- end -}}
{{- if gt (len $name) 45 -}}
{{- $name = printf "%s-%s" ($name | trunc 36 | trimSuffix "-") (sha256sum $name | trunc 8) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{- define "ezscale-website.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* labels of one component: (dict "root" $ "component" "app") */}}
{{- define "ezscale-website.labels" -}}
{{ include "ezscale-website.selector" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* <repository>:<role>-<tag>. The tag is the release's, never latest: a rollback must mean something. */}}
{{- define "ezscale-website.image" -}}
{{- $tag := required "image.tag is required: --set image.tag=v1.4.0, the git tag of the release" .root.Values.image.tag -}}
{{- printf "%s:%s-%s" .root.Values.image.repository .role $tag -}}
{{- end -}}

{{- define "ezscale-website.podSecurity" -}}
runAsNonRoot: true
runAsUser: 33
runAsGroup: 33
fsGroup: 33
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "ezscale-website.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* What Laravel writes to, and the OAuth keys. The cached configuration holds secrets: it stays in memory. */}}
{{- define "ezscale-website.laravelMounts" -}}
- {name: tmp, mountPath: /tmp, subPath: php}
- {name: storage, mountPath: /var/www/html/storage}
- {name: bootstrap-cache, mountPath: /var/www/html/bootstrap/cache}
{{- if .Values.secrets.oauth }}
- {name: oauth, mountPath: /run/secrets/oauth, readOnly: true}
{{- end }}
{{- end -}}

{{- define "ezscale-website.laravelVolumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
- name: storage
  emptyDir: {sizeLimit: 1Gi}
- name: bootstrap-cache
  emptyDir: {medium: Memory, sizeLimit: 32Mi}
{{- if .Values.secrets.oauth }}
- name: oauth
  secret:
    secretName: {{ .Values.secrets.oauth }}
    defaultMode: 0440
    items:
      - {key: oauth-private.key, path: oauth-private.key}
      - {key: oauth-public.key, path: oauth-public.key}
{{- end }}
{{- end -}}

{{/* Pods of a first install wait for the schema; an upgrade has migrated before any pod changes. */}}
{{- define "ezscale-website.waitForSchema" -}}
{{- if and .root.Release.IsInstall .root.Values.migration.enabled }}
- name: wait-for-schema
  image: {{ include "ezscale-website.image" . }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  args:
    - sh
    - -c
    - |
      until status=$(php artisan migrate:status --no-interaction --no-ansi) && ! printf '%s\n' "$status" | grep Pending; do
        echo "waiting for the migrations"
        sleep 3
      done
  envFrom:
    {{- include "ezscale-website.envFrom" .root | nindent 4 }}
  securityContext:
    {{- include "ezscale-website.containerSecurity" .root | nindent 4 }}
  resources:
    {{- toYaml .root.Values.migration.resources | nindent 4 }}
  volumeMounts:
    {{- include "ezscale-website.laravelMounts" .root | nindent 4 }}
{{- end }}
{{- end -}}

{{- define "ezscale-website.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Of every pod. */}}
{{- define "ezscale-website.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Every name that is routed to the site and in its certificate, as a YAML list. */}}
{{- define "ezscale-website.hosts" -}}
{{- toYaml (concat (list .Values.domains.site .Values.domains.account .Values.domains.admin) (.Values.domains.others | default list) | uniq) -}}
{{- end -}}

{{/* A new configuration starts new pods. Of a changed Secret the chart knows nothing: kubectl rollout restart. */}}
{{- define "ezscale-website.configChecksum" -}}
checksum/config: {{ include (print $.Template.BasePath "/configmap.yaml") . | sha256sum }}
{{- end -}}
