{{/* What all pods have in common: Pod Security "restricted", and nothing that is not needed. */}}

{{- define "everytick.podSecurityContext" -}}
runAsNonRoot: true
# The image's own user, by number.
runAsUser: 1000
runAsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "everytick.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Of pods that go on and of the Job. */}}
{{- define "everytick.podBasics" -}}
automountServiceAccountToken: false
# A Service called "everytick" would otherwise bring variables that look like settings.
enableServiceLinks: false
securityContext:
  {{- include "everytick.podSecurityContext" . | nindent 2 }}
{{- with .Values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Which nodes its pods may be on, and before whom. {own} */}}
{{- define "everytick.nodes" -}}
{{- with .own.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .own.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .own.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where its pods go. {root, own, selector} */}}
{{- define "everytick.placement" -}}
{{ include "everytick.nodes" . }}
{{- $spread := .own.topologySpreadConstraints -}}
{{- if not (kindIs "slice" $spread) }}
{{- $spread = list }}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
{{- /* Old pods of an upgrade do not count: where they are says nothing of where the new ones should be. */}}
{{- $spread = append $spread (dict "topologyKey" . "maxSkew" 1 "whenUnsatisfiable" "ScheduleAnyway" "matchLabelKeys" (list "pod-template-hash")) }}
{{- end }}
{{- end }}
{{- with $spread }}
topologySpreadConstraints:
  {{- range . }}
  - {{ merge (dict "labelSelector" (dict "matchLabels" ($.selector | fromYaml))) . | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Alive: never asks the database, or an outage of it would restart everything. Ready: the schema is there. */}}
{{- define "everytick.probes" -}}
livenessProbe:
  httpGet:
    path: /healthz
    port: metrics
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet:
    path: /readyz
    port: metrics
  periodSeconds: 5
  # It gives the database two seconds.
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}

{{- define "everytick.imageOf" -}}
image: {{ include "everytick.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}

{{/* Annotations of a pod. None is a checksum: configuration and secret files are followed, nothing has to restart. {root, own} */}}
{{- define "everytick.podAnnotations" -}}
{{- with merge (deepCopy (.own.podAnnotations | default dict)) .root.Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
