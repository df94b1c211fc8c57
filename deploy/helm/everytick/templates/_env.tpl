{{/* The environment of processes. */}}

{{/* Variables that the chart sets, each with the value that says what it is to be. */}}
{{- define "everytick.ownVariables" -}}
EVERYTICK_DATABASE_URL: database.existingSecret
EVERYTICK_LISTEN_URL: database.listen
EVERYTICK_POOLER: database.pooler
EVERYTICK_LOG_LEVEL: log.level
EVERYTICK_LOG_FORMAT: log.format
EVERYTICK_STATUS_HOST: listenHost
EVERYTICK_STATUS_PORT: nothing, for the probes rely on it
EVERYTICK_API_HOST: api.enabled, and listenHost
EVERYTICK_API_PORT: api.service.port, which is the Service's
EVERYTICK_API_FIRST_TOKEN: api.existingSecret
EVERYTICK_API_RATE_LIMIT: api.rateLimit
EVERYTICK_CONFIG_PATH: configuration
EVERYTICK_CONFIG_SOURCE: configuration.source
EVERYTICK_TARGET_METRICS: targetMetrics.enabled
EVERYTICK_TARGET_METRICS_LIMIT: targetMetrics.limit
EVERYTICK_LOCATION: workers[].location
EVERYTICK_MAX_IN_FLIGHT: worker.maxInFlight
EVERYTICK_MAX_IN_FLIGHT_PER_HOST: worker.maxInFlightPerHost
EVERYTICK_DATABASE_CONNECTIONS: worker.databaseConnections
EVERYTICK_DRAIN_TIMEOUT_MS: worker.drainTimeoutMs
EVERYTICK_EGRESS_ALLOW: worker.egress.allow
EVERYTICK_EGRESS_DENY: worker.egress.deny
EVERYTICK_SECRET_DIR: targetSecrets.files
OTEL_EXPORTER_OTLP_ENDPOINT: tracing.otlpEndpoint
OTEL_TRACES_SAMPLER: tracing.sampleRatio
OTEL_TRACES_SAMPLER_ARG: tracing.sampleRatio
{{- end -}}

{{/* A variable that is in a list twice is an error to server-side apply, and a riddle to everybody else. {name, where} */}}
{{- define "everytick.refuseOwn" -}}
{{- with get (include "everytick.ownVariables" . | fromYaml) .name -}}
{{- fail (printf "%s has %s, which this chart sets itself; what decides it is %s" $.where $.name .) -}}
{{- end -}}
{{- end -}}

{{/* {name, secret, key} */}}
{{- define "everytick.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end -}}

{{- define "everytick.databaseEnv" -}}
{{- with .Values.database }}
{{- include "everytick.secretVariable" (dict "name" "EVERYTICK_DATABASE_URL" "secret" .existingSecret "key" .urlKey) }}
{{- if .listen.urlKey }}
{{ include "everytick.secretVariable" (dict "name" "EVERYTICK_LISTEN_URL" "secret" (.listen.existingSecret | default .existingSecret) "key" .listen.urlKey) }}
{{- end }}
- name: EVERYTICK_POOLER
  value: {{ .pooler }}
{{- end }}
{{- end -}}

{{/* Of every process that goes on. */}}
{{- define "everytick.commonEnv" -}}
{{ include "everytick.databaseEnv" . }}
- name: EVERYTICK_LOG_LEVEL
  value: {{ .Values.log.level }}
- name: EVERYTICK_LOG_FORMAT
  value: {{ .Values.log.format }}
- name: EVERYTICK_STATUS_HOST
  value: {{ .Values.listenHost | quote }}
- name: EVERYTICK_STATUS_PORT
  value: "9464"
{{- with .Values.tracing }}
{{- if .otlpEndpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .otlpEndpoint | quote }}
# What began elsewhere is kept or not as was decided there.
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .sampleRatio | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What the operator adds: by name, then as lists. Those of a component go before those of all. {root, own, where} */}}
{{- define "everytick.extraEnv" -}}
{{- $names := list -}}
{{- $env := merge (deepCopy (.own.env | default dict)) .root.Values.env -}}
{{- range $name, $value := $env }}
{{- include "everytick.refuseOwn" (dict "name" $name "where" (printf "env or %s.env" $.where)) }}
{{- $names = append $names $name }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range concat (.own.extraEnv | default list) .root.Values.extraEnv }}
{{- include "everytick.refuseOwn" (dict "name" .name "where" (printf "extraEnv or %s.extraEnv" $.where)) }}
{{- if not (has .name $names) }}
{{- $names = append $names .name }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- end -}}

{{/* {root, own, secrets} */}}
{{- define "everytick.envFrom" -}}
{{- $from := concat .root.Values.extraEnvFrom (.own.extraEnvFrom | default list) -}}
{{- range .secrets }}
{{- $from = append $from (dict "secretRef" (dict "name" .)) }}
{{- end }}
{{- with $from }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
