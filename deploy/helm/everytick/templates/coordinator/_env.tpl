{{- define "everytick.coordinatorEnv" -}}
{{ include "everytick.commonEnv" . }}
{{- $open := .Values.listenHost }}
{{- with .Values.api }}
# On loopback it wants no token, and only who may forward a port to this pod gets there.
- name: EVERYTICK_API_HOST
  value: {{ ternary $open "127.0.0.1" .enabled | quote }}
- name: EVERYTICK_API_PORT
  value: "7490"
- name: EVERYTICK_API_RATE_LIMIT
  value: {{ .rateLimit | int64 | quote }}
{{- if .enabled }}
{{ include "everytick.secretVariable" (dict "name" "EVERYTICK_API_FIRST_TOKEN" "secret" .existingSecret "key" .tokenKey) }}
{{- end }}
{{- end }}
{{- if .Values.configuration.enabled }}
- name: EVERYTICK_CONFIG_PATH
  value: /etc/everytick/configuration
- name: EVERYTICK_CONFIG_SOURCE
  value: {{ .Values.configuration.source | quote }}
{{- end }}
{{- with .Values.targetMetrics }}
{{- if .enabled }}
- name: EVERYTICK_TARGET_METRICS
  value: "on"
- name: EVERYTICK_TARGET_METRICS_LIMIT
  value: {{ .limit | int64 | quote }}
{{- end }}
{{- end }}
{{- end -}}
