{{/* Names and labels. */}}

{{- define "everytick.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
Short, because the names of pods are made of it: <fullname>-worker-<pool>-<hash>-<random>, 63 characters at most. A Service's name
has no dot and no digit in front, as a release may. What had to be changed has a hash at its end, so that no two releases get the
same name.
*/}}
{{- define "everytick.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else -}}
{{- $name := include "everytick.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- $fitting := regexReplaceAll "^([0-9])" ($full | replace "." "-") "e${1}" -}}
{{- if or (gt (len $full) 24) (ne $full $fitting) -}}
{{- printf "%s-%s" ($fitting | trunc 17 | trimSuffix "-") ($full | sha256sum | trunc 6) -}}
{{- else -}}
{{- $full -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "everytick.serviceAccountName" -}}
{{- default (ternary (include "everytick.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end -}}

{{/* Selectors cannot be changed later: nothing in them changes with a version or a value other than names. */}}
{{/* {root, component, pool} */}}
{{- define "everytick.selectorLabels" -}}
app.kubernetes.io/name: {{ include "everytick.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .pool }}
everytick/pool: {{ . }}
{{- end }}
{{- end -}}

{{/* Of an object. {root, component, pool} */}}
{{- define "everytick.labels" -}}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" (.root.Chart.AppVersion | toString)
  "app.kubernetes.io/managed-by" .root.Release.Service
  "app.kubernetes.io/part-of" "everytick" -}}
{{- merge (include "everytick.selectorLabels" . | fromYaml) $own .root.Values.commonLabels | toYaml -}}
{{- end -}}

{{/* Of a pod. Without the chart's version: a new chart alone is no reason to restart pods. {root, component, pool, own} */}}
{{- define "everytick.podLabels" -}}
{{- $labels := merge (include "everytick.selectorLabels" . | fromYaml) (.own | default dict) .root.Values.podLabels .root.Values.commonLabels -}}
{{- merge $labels (dict "app.kubernetes.io/part-of" "everytick") | toYaml -}}
{{- end -}}

{{- define "everytick.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}
