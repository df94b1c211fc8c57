{{/* {root, pool} */}}
{{- define "everytick.workerEnv" -}}
{{ include "everytick.commonEnv" .root }}
{{- with .pool }}
- name: EVERYTICK_LOCATION
  value: {{ .location | quote }}
- name: EVERYTICK_MAX_IN_FLIGHT
  value: {{ .maxInFlight | int | quote }}
- name: EVERYTICK_MAX_IN_FLIGHT_PER_HOST
  value: {{ .maxInFlightPerHost | int | quote }}
- name: EVERYTICK_DATABASE_CONNECTIONS
  value: {{ .databaseConnections | int | quote }}
- name: EVERYTICK_DRAIN_TIMEOUT_MS
  value: {{ .drainTimeoutMs | int | quote }}
{{- with .egress.allow }}
- name: EVERYTICK_EGRESS_ALLOW
  value: {{ join "," . | quote }}
{{- end }}
{{- with .egress.deny }}
- name: EVERYTICK_EGRESS_DENY
  value: {{ join "," . | quote }}
{{- end }}
{{- end }}
# A directory of its own: targets can name any file below it.
- name: EVERYTICK_SECRET_DIR
  value: /etc/everytick/secrets
{{- end -}}
